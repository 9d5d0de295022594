#!/usr/bin/env bash
# apt-install.sh PACKAGE…: installs Debian packages when we are root and apt is there, else exits 1.
# Speaks on stderr only. Waits for another apt that holds the lock.
set -euo pipefail

[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 1
echo "installing $* …" >&2
export DEBIAN_FRONTEND=noninteractive
for attempt in 1 2 3; do
  if apt-get -qq update >&2 &&
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >&2; then
    exit 0
  fi
  sleep $((attempt * 10))
done
exit 1
