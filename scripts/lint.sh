#!/usr/bin/env bash
# lint.sh: golangci-lint over the module, then once more with the files of the e2e build tag.
# lint.sh ARGUMENTS…: golangci-lint with these arguments.
# The linter is built once and kept in the user's cache folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=v2.15.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vticket/bin
linter=$cache/golangci-lint-$version

if [ ! -x "$linter" ]; then
  echo "lint: building golangci-lint $version, several minutes the first time only" >&2
  mkdir -p "$cache"
  build=$(mktemp -d "$cache/build.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  GOBIN=$build CGO_ENABLED=0 GOFLAGS='' go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
  mv "$build/golangci-lint" "$linter"
fi

if [ $# -gt 0 ]; then
  "$linter" "$@"
  exit
fi

failed=0
"$linter" run --allow-parallel-runners ./... || failed=1
"$linter" run --allow-parallel-runners --build-tags e2e ./... || failed=1
exit "$failed"
