# shellcheck shell=bash
# Sourced by the acceptance scripts. Each step prints one line: number title | command | figure | held or missed.
# Logs: bin/accept/<script>/, or ACCEPT_LOGS.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

accept_name=$(basename "$0" .sh)
accept_logs=${ACCEPT_LOGS:-$PWD/bin/accept/$accept_name}
accept_number=0
accept_missed=()
accept_began=$SECONDS
mkdir -p "$accept_logs" && rm -f "$accept_logs"/*.log

# with_services SCRIPT ARGUMENTS…: starts the script again beside durable databases, which must be there.
with_services() {
  [ -z "${ACCEPT_WITH_SERVICES:-}" ] || return 0
  exec env ACCEPT_WITH_SERVICES=1 CI=true PGTEST_DURABLE=1 scripts/services.sh "$@"
}

# step NAME COMMAND…: holds when the command exits 0 within STEP_TIMEOUT seconds (300) and, for a go test
# that picks tests, when each package ran at least one and skipped none.
step() {
  local name=$1 code=0 began=$SECONDS verdict=held figure out err
  shift
  accept_number=$((accept_number + 1))
  out=$accept_logs/$(printf %02d "$accept_number").out.log
  err=$accept_logs/$(printf %02d "$accept_number").err.log
  timeout --kill-after=30 "${STEP_TIMEOUT:-300}" "$@" >"$out" 2>"$err" </dev/null || code=$?
  if [ "$code" != 0 ]; then
    verdict=missed
  elif [[ " $* " == *" go test "*" -run "* ]] && untested "$out"; then
    verdict=missed
  fi
  figure=$(grep -v '^[[:space:]]*$' "$out" | tail -n 1 | tr '\t' ' ')
  [ "$code" != 124 ] && [ "$code" != 137 ] || figure="stopped after ${STEP_TIMEOUT:-300} s"
  printf '%s | %s | %s | %s\n' "$accept_number $name" "$*" "${figure:-$((SECONDS - began)) s}" "$verdict"
  [ "$verdict" = held ] || accept_missed+=("$accept_number $name (${out#"$PWD/"})")
}

# untested OUTPUT: a package had no test of that name, or a test was skipped.
untested() { grep -qE 'no tests to run|\[no test files\]|matched no packages|^--- SKIP' "$1"; }

# finish prints what was missed and exits 1 when anything was.
finish() {
  local one
  printf '%s: %d of %d held in %d s; logs in %s\n' "$accept_name" \
    $((accept_number - ${#accept_missed[@]})) "$accept_number" $((SECONDS - accept_began)) "${accept_logs#"$PWD/"}"
  [ ${#accept_missed[@]} -gt 0 ] || exit 0
  for one in "${accept_missed[@]}"; do printf 'missed: %s\n' "$one"; done
  exit 1
}
