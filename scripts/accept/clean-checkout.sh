#!/usr/bin/env bash
# Clones the last commit and times make lint, make test and .ci/run there, each finding its own services.
# The last line holds the three times.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

checkout=$(mktemp -d)
trap 'rm -rf "$checkout"' EXIT
git clone --quiet --no-hardlinks . "$checkout/vticket"
cd "$checkout/vticket"
unset VTICKET_TEST_DATABASE_URL VTICKET_TEST_REDIS_URL PGTEST_DURABLE

summary=
for stage in 'make lint' 'make test' '.ci/run'; do
  began=$SECONDS
  $stage
  summary+="$stage $((SECONDS - began)) s, "
done
echo "${summary%, }"
