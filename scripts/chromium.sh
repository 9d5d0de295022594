#!/usr/bin/env bash
# Prints the path of Chromium, installing it as root on Debian when it is missing.
# Without it: prints nothing, says so on stderr, and fails only when CI=true.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

find_chromium && exit 0
"$here/apt-install.sh" chromium fonts-noto-core && find_chromium && exit 0
echo "LEFT OUT: browser tests, no Chromium was found and none could be installed" >&2
[ "${CI:-}" != true ]
