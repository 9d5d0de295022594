#!/usr/bin/env bash
# fuzz.sh PACKAGE TARGET [COUNT]: lets a fuzz target run COUNT times (5,000,000) and prints how often it ran.
#
# Guided by the coverage of our packages and of encoding/json, which read what strangers send. `go test -fuzz` counts every
# package linked, net/http and crypto among them; looking through those counters after each input takes four fifths of the time.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export CGO_ENABLED=0
count=${3:-5000000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go test -c -gcflags=./...=-d=libfuzzer -gcflags=encoding/json=-d=libfuzzer -o "$folder/fuzz" "$1" || exit 1
learnt=$(go env GOCACHE)/fuzz/$(go list "$1")
out=$(cd "$1" && "$folder/fuzz" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "${count}x" -test.fuzzminimizetime 1s \
  -test.fuzzcachedir "$learnt" 2>&1)
code=$?
ran=$(grep -oE 'execs: [0-9]+' <<<"$out" | tail -n 1 | grep -oE '[0-9]+')
if [ "$code" != 0 ]; then
  printf '%s\n' "$out" | tail -n 40
  exit "$code"
fi
printf '%s %s: %s executions, no crash\n' "$1" "$2" "${ran:-0}"
[ "${ran:-0}" -ge "$count" ]
