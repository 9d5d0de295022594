#!/usr/bin/env bash
# fuzz.sh PACKAGE TARGET [COUNT]: lets a fuzz target run COUNT times (5,000,000) and prints how often it ran.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
out=$(CGO_ENABLED=0 go test -run '^$' -fuzz "^$2\$" -fuzztime "${3:-5000000}x" "$1" 2>&1)
code=$?
ran=$(grep -oE 'execs: [0-9]+' <<<"$out" | tail -n 1 | grep -oE '[0-9]+')
if [ "$code" != 0 ]; then
  printf '%s\n' "$out" | tail -n 40
  exit "$code"
fi
printf '%s %s: %s executions, no crash\n' "$1" "$2" "${ran:-0}"
[ "${ran:-0}" -ge "${3:-5000000}" ]
