# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh: a webhook until it is durable and answered, beside pgbench's rows on the same server.

webhook_seconds=${BENCH_SECONDS:-2}
webhook_run=0
declare -A webhook_rate=() webhook_p99=() webhook_ratio=() webhook_faults=()
webhook_busy=()

# webhook_all measures three rounds of everything, one after the other in each, and prints the bars.
webhook_all() {
  local round missing='' began=$SECONDS
  needs wrk wrk || missing="wrk is not installed"
  needs sqlite3 sqlite3 || missing="sqlite3 is not installed"
  [ -z "$missing" ] || { left_out "webhook, both databases" "$missing"; return; }
  [ -z "${VTICKET_TEST_DATABASE_URL:-}" ] || webhook_postgres_begin || missing="pgbench or psql is not installed"
  for round in 1 2 3; do
    if [ "$round" -gt 1 ] && late $((began + 45 * round)); then break; fi
    if [ -n "${webhook_dsn:-}" ]; then
      webhook_clear
      webhook_program postgres DATABASE_URL="$webhook_dsn" REDIS_URL="$webhook_redis" DATA_DIR="$bench_folder/pg"
    fi
    webhook_program sqlite DATA_DIR="$bench_folder/sqlite.$round"
    rm -rf "$bench_folder/sqlite.$round"
  done
  if [ -n "${webhook_dsn:-}" ]; then webhook_postgres_end; fi
  webhook_report "$missing"
}

# webhook_postgres_begin makes the database, migrated, with a second table of the inbox's shape for pgbench.
webhook_postgres_begin() {
  needs pgbench postgresql-client && needs psql postgresql-client && needs redis-cli redis-tools || return 1
  webhook_name=vticket_bench_$$
  local server=${VTICKET_TEST_DATABASE_URL%%\?*} query=
  case $VTICKET_TEST_DATABASE_URL in *\?*) query="?${VTICKET_TEST_DATABASE_URL#*\?}" ;; esac
  webhook_admin=$VTICKET_TEST_DATABASE_URL
  webhook_dsn=${server%/*}/$webhook_name$query
  webhook_redis=${VTICKET_TEST_REDIS_URL%/*}/9
  psql -qX "$webhook_admin" -c "CREATE DATABASE $webhook_name" &&
    DATABASE_URL=$webhook_dsn REDIS_URL=$webhook_redis "$bench_program" migrate >/dev/null &&
    psql -qX "$webhook_dsn" -c 'CREATE TABLE bench_inbox (LIKE inbox_events INCLUDING ALL)' || return 1
  # The payload is of the length that the program keeps of the same message, without colons: pgbench reads those.
  cat >"$bench_folder/insert.sql" <<SQL
\\set n random(1, 1000000000000)
INSERT INTO bench_inbox (id, channel, account, sender, kind, payload, occurred_at, sequence, received_at, wake_at, wakes)
VALUES (gen_random_uuid(), 'telegram', '4242', :n, 'text', '$(head -c 560 /dev/zero | tr '\0' x)', now(), :n, now(),
  now() + interval '20 seconds', 1);
SQL
}

webhook_postgres_end() {
  [ -n "${webhook_name:-}" ] || return 0
  psql -qX "$webhook_admin" -c "DROP DATABASE IF EXISTS $webhook_name WITH (FORCE)" || true
  redis-cli -u "$webhook_redis" flushdb >/dev/null || true
  webhook_name=
}

# webhook_clear: each measurement begins with empty tables, and no checkpoint of the one before falls into it.
webhook_clear() {
  psql -qX "$webhook_dsn" -c 'TRUNCATE inbox_events, bench_inbox' -c CHECKPOINT
  redis-cli -u "$webhook_redis" flushdb >/dev/null
}

# webhook_program DATABASE SETTING…: one round on a fresh process.
webhook_program() {
  local database=$1 connections
  shift
  program "webhook-$database" api "$@" || { webhook_faults[$database]="the program did not start"; return; }
  webhook_wrk "$database" 64 1 # warms up: counted nowhere
  for connections in 1 16 64; do
    calm
    webhook_busy+=("$bench_busy")
    if [ "$database" = postgres ]; then webhook_clear; fi
    webhook_measure "$database" "$connections" "$@"
  done
  program_stop
}

# webhook_wrk DATABASE CONNECTIONS SECONDS: sets webhook_line. wrk goes on a little for the last answers.
webhook_wrk() {
  webhook_run=$((webhook_run + 1))
  webhook_line=$(wrk -t1 -c"$2" -d"$(($3 + 1))s" -s scripts/bench/webhook.lua "$program_url" \
    -- "$webhook_run" "$3" 2>&1 | grep '^answered') || webhook_line=
}

# webhook_measure DATABASE CONNECTIONS SETTING…
webhook_measure() {
  local database=$1 c=$2 before after answered key="$1 $2" rows base=
  before=$(webhook_rows "$database" "${@:3}")
  webhook_wrk "$database" "$c" "$webhook_seconds"
  after=$(webhook_rows "$database" "${@:3}")
  answered=$(field answered "$webhook_line") rows=$((after - before))
  local rate
  rate=$(awk -v n="${answered:-0}" -v s="$webhook_seconds" 'BEGIN { printf "%d", n / s }')
  webhook_rate[$key]+=" $rate"
  webhook_p99[$key]+=" $(field p99_ms "$webhook_line")"
  if [ "$rows" != "$answered" ] || [ "$(field posted "$webhook_line")" != "$answered" ] ||
    [ "$(field refused "$webhook_line")$(field broken "$webhook_line")" != 00 ]; then
    webhook_faults[$database]+=" [c$c: $rows rows of $webhook_line]"
  fi
  if [ "$database" = postgres ]; then
    base=$(pgbench -n -M prepared -f "$bench_folder/insert.sql" -c "$c" -j "$((c > 1 ? 2 : 1))" \
      -T "$webhook_seconds" "$webhook_dsn" 2>/dev/null | awk '/^tps/ { printf "%d", $3 }')
    webhook_rate["pgbench $c"]+=" $base"
    webhook_ratio[$c]+=" $(ratio "$rate" "$base")"
  fi
}

# webhook_rows DATABASE SETTING…: how many events are kept.
webhook_rows() {
  local count='SELECT count(*) FROM inbox_events' setting
  if [ "$1" = postgres ]; then
    psql -qXAt "$webhook_dsn" -c "$count"
    return
  fi
  for setting; do
    case $setting in DATA_DIR=*) sqlite3 "${setting#DATA_DIR=}/vticket.db" "$count" ;; esac
  done
}

webhook_report() {
  local c rate p99 of verdict
  echo "# others used of the machine before each measurement, %: ${webhook_busy[*]}"
  for c in 1 16 64; do
    [ -n "${webhook_rate["postgres $c"]:-}" ] || { left_out "webhook, PostgreSQL, c$c" "${1:-no server}"; continue; }
    # shellcheck disable=SC2086 # lists of numbers
    {
      rate=$(median ${webhook_rate["postgres $c"]}) p99=$(median ${webhook_p99["postgres $c"]})
      of=$(median ${webhook_ratio[$c]})
    }
    verdict=measured
    [ "$c" != 64 ] || verdict=$(all_hold "$rate" '>=' 20000 "$of" '>=' 1.2 "$p99" '<=' 10)
    bar "webhook, PostgreSQL, c$c" "$rate/s (rounds${webhook_rate["postgres $c"]}), p99 $p99 ms" \
      "$of x pgbench (rounds${webhook_rate["pgbench $c"]})" "$verdict"
  done
  for c in 1 16 64; do
    # shellcheck disable=SC2086 # lists of numbers
    {
      rate=$(median ${webhook_rate["sqlite $c"]:-}) p99=$(median ${webhook_p99["sqlite $c"]:-}) verdict=measured
      of=$(ratio "$rate" "$(median ${webhook_rate["pgbench $c"]:-})")
    }
    [ "$c" != 64 ] || verdict=$(all_hold "$rate" '>=' 5000)
    bar "webhook, SQLite FULL, c$c" "$rate/s (rounds${webhook_rate["sqlite $c"]:-}), p99 $p99 ms" "$of x pgbench" "$verdict"
  done
  local faults=${webhook_faults[postgres]:-}${webhook_faults[sqlite]:-}
  bar "webhook, lost or doubled" "${faults:-0: in every round as many rows as answers of 200}" - \
    "$([ -z "$faults" ] && echo held || echo missed)"
}
