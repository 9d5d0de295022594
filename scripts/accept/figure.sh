#!/usr/bin/env bash
# figure.sh go test -v …: runs the tests; the last line is the last figure that one of them logged.
set -uo pipefail
code=0
out=$("$@") || code=$?
printf '%s\n' "$out"
printf '%s\n' "$out" | sed -nE 's/^ +[a-z_0-9]+_test\.go:[0-9]+: //p' | tail -n 1
exit "$code"
