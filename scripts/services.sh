#!/usr/bin/env bash
# services.sh COMMAND…: runs the command with a PostgreSQL and a Redis for tests.
# May be sourced instead: then the services live until the calling shell exits (or calls services_stop).
#
# Order: the URLs in the environment; else local binaries on free ports in a temporary folder; else the
# Debian packages, as root; else it says LEFT OUT, and fails when CI=true.
# PGTEST_DURABLE=1 keeps fsync on, as benchmarks and acceptance need.

services_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
services_folder=
services_postgres=
services_redis=

# services_start exports VTICKET_TEST_DATABASE_URL and VTICKET_TEST_REDIS_URL.
services_start() {
  services_obtain VTICKET_TEST_DATABASE_URL PostgreSQL postgresql postgres_bin postgres_start || return 1
  services_obtain VTICKET_TEST_REDIS_URL Redis redis-server redis_bin redis_start
}

# services_obtain VARIABLE NAME PACKAGE FINDER STARTER
services_obtain() {
  [ -z "${!1:-}" ] || return 0
  "$4" >/dev/null || "$services_home/apt-install.sh" "$3" || true
  if "$4" >/dev/null && "$5"; then
    return 0
  fi
  echo "LEFT OUT: tests on $2, it was not found and could not be started ($1 may name one)" >&2
  [ "${CI:-}" != true ]
}

# services_make_folder: in memory where nothing has to last and there is room, because each test makes a database of
# its own: hundreds of files.
services_make_folder() {
  [ -z "$services_folder" ] || return 0
  local under=${TMPDIR:-/tmp} room
  room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
  if [ "${PGTEST_DURABLE:-}" != 1 ] && [ "${room:-0}" -gt 4000000 ] && [ -w /dev/shm ]; then under=/dev/shm; fi
  services_folder=$(mktemp -d "$under/vticket-services.XXXXXX") && chmod 755 "$services_folder"
}

services_stop() {
  [ -z "$services_redis" ] || services_end "$services_redis" TERM KILL
  [ -z "$services_postgres" ] || services_end "$services_postgres" INT QUIT
  [ -z "$services_folder" ] || rm -rf "$services_folder"
  services_redis='' services_postgres='' services_folder=''
}

# services_end PID POLITE RUDE: the second signal follows after ten seconds.
services_end() {
  local i
  kill "-$2" "$1" 2>/dev/null || return 0
  for ((i = 0; i < 100; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill "-$3" "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# services_launch LOG COMMAND…: in the background, out of reach of the terminal's Ctrl-C; sets services_pid.
services_launch() {
  local log=$1
  shift
  if command -v setsid >/dev/null; then set -- setsid "$@"; fi
  "$@" >>"$log" 2>&1 </dev/null &
  services_pid=$!
}

# services_await PID COMMAND…: until the command succeeds, the process ends, or 30 seconds are over.
services_await() {
  local pid=$1 i
  shift
  for ((i = 0; i < 300; i++)); do
    kill -0 "$pid" 2>/dev/null || return 1
    "$@" && return 0
    sleep 0.1
  done
  return 1
}

# free_port prints a port below the usual ephemeral range that nobody listens on.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# postgres_bin prints the folder of the newest PostgreSQL server, 15 or later.
postgres_bin() {
  local folder version
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname "$(command -v initdb || echo /none)")"; do
    if [ ! -x "$folder/initdb" ] || [ ! -x "$folder/postgres" ]; then continue; fi
    version=$("$folder/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    if [ "${version:-0}" -ge 15 ]; then
      echo "$folder"
      return 0
    fi
  done
  return 1
}

# postgres_as puts a command under an ordinary user, because the server refuses root: sets services_as.
postgres_as() {
  services_as=()
  [ "$(id -u)" = 0 ] || return 0
  local user=nobody
  if id postgres >/dev/null 2>&1; then user=postgres; fi
  services_as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups --)
  chown "$user" "$1"
}

postgres_start() {
  services_make_folder || return 1
  local bin data=$services_folder/postgres log=$services_folder/postgres.log port attempt
  local settings=(-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200)
  if [ "${PGTEST_DURABLE:-}" != 1 ]; then
    settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  fi
  bin=$(postgres_bin) || return 1
  mkdir "$data" && chmod 700 "$data" && postgres_as "$data" || return 1
  if ! (
    cd "$data" || exit 1
    "${services_as[@]}" "$bin/initdb" -D "$data" -U vticket --auth=trust --encoding=UTF8 --no-locale --no-sync &&
      echo 'CREATE DATABASE vticket;' | "${services_as[@]}" "$bin/postgres" --single -D "$data" postgres
  ) >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    return 1
  fi
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    services_launch "$log" "${services_as[@]}" "$bin/postgres" -D "$data" -p "$port" "${settings[@]}"
    services_postgres=$services_pid
    if services_await "$services_pid" grep -qs '^ready' "$data/postmaster.pid"; then
      export VTICKET_TEST_DATABASE_URL="postgres://vticket@127.0.0.1:$port/vticket?sslmode=disable"
      return 0
    fi
    services_end "$services_pid" INT QUIT
    services_postgres=
  done
  echo "PostgreSQL did not start in $attempt attempts:" >&2
  tail -n 5 "$log" >&2
  return 1
}

redis_bin() { command -v redis-server; }

# redis_answers PORT PID: the server on the port is ours, not one that took the port first.
redis_answers() {
  local line
  {
    exec 9<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'INFO server\r\nQUIT\r\n' >&9
    while read -r -t 2 line <&9; do
      if [ "${line%$'\r'}" = "process_id:$2" ]; then
        exec 9>&-
        return 0
      fi
    done
    exec 9>&-
  } 2>/dev/null
  return 1
}

redis_start() {
  services_make_folder || return 1
  local data=$services_folder/redis log=$services_folder/redis.log port attempt
  mkdir "$data" || return 1
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    services_launch "$log" redis-server --bind 127.0.0.1 --port "$port" --dir "$data" \
      --appendonly yes --maxmemory-policy noeviction --save ""
    services_redis=$services_pid
    if services_await "$services_pid" redis_answers "$port" "$services_pid"; then
      export VTICKET_TEST_REDIS_URL="redis://127.0.0.1:$port/0"
      return 0
    fi
    services_end "$services_pid" TERM KILL
    services_redis=
  done
  echo "Redis did not start in $attempt attempts:" >&2
  tail -n 5 "$log" >&2
  return 1
}

# services_run COMMAND…: in a process group of its own, so that a signal to us ends all of it.
services_run() {
  local code=0
  set -m
  "$@" <&0 &
  services_child=$!
  set +m
  wait "$services_child" || code=$?
  services_child=
  return "$code"
}

# services_interrupt CODE: ends the command, then us; the exit trap stops the services.
services_interrupt() {
  [ -z "${services_child:-}" ] || kill -TERM -- "-$services_child" 2>/dev/null || true
  exit "$1"
}

trap services_stop EXIT
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  [ $# -gt 0 ] || { echo "usage: services.sh COMMAND…" >&2; exit 2; }
  trap 'services_interrupt 130' INT
  trap 'services_interrupt 143' TERM HUP
  services_start
  services_run "$@"
else
  services_start
fi
