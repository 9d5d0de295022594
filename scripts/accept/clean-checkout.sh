#!/usr/bin/env bash
# Clones the last commit and times make lint, make test-fast, make test and .ci/run there, each finding its own services,
# against what the issue allows. The last line holds the times.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

checkout=$(mktemp -d)
trap 'rm -rf "$checkout"' EXIT
git clone --quiet --no-hardlinks . "$checkout/vticket"
cd "$checkout/vticket"
unset VTICKET_TEST_DATABASE_URL VTICKET_TEST_REDIS_URL PGTEST_DURABLE

summary=
late=0
# stage SECONDS COMMAND…: fails the whole when the command does, and notes when it takes longer.
stage() {
  local limit=$1 began=$SECONDS took
  shift
  "$@"
  took=$((SECONDS - began))
  summary+="$* $took s of $limit, "
  [ "$took" -le "$limit" ] || late=1
}
stage 300 make lint
make test-fast T="-run '^\$\$'" >/dev/null # compiled before it is timed, as for who runs it often
stage 60 make test-fast
stage 300 make test
stage 900 .ci/run
echo "${summary%, }"
exit "$late"
