# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh and its parts: how a figure becomes a line, what is needed, how loaded the machine is.

bench_missed=()
bench_left_out=()

# bar NAME FIGURE RATIO VERDICT: one line of the report. The verdicts: held, missed, and measured where there is no bar.
bar() {
  printf '%s | %s | %s | %s\n' "$1" "$2" "${3:--}" "$4"
  [ "$4" != missed ] || bench_missed+=("$1")
}

# left_out NAME WHY: a bar that cannot be measured here; with CI=true that is a fault.
left_out() {
  printf '%s | LEFT OUT, %s | - | -\n' "$1" "$2"
  bench_left_out+=("$1")
}

# all_hold A '>=' B, C '<=' D …: prints held or missed. Fields may be decimals; what is empty holds nothing.
all_hold() {
  while [ $# -ge 3 ]; do
    if [ -z "$1" ] || ! awk -v a="$1" -v b="$3" "BEGIN { exit !(a $2 b) }"; then
      echo missed
      return
    fi
    shift 3
  done
  echo held
}

# median NUMBERS…: the middle one, of an even count the lower.
median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }

# ratio A B: with two decimals.
ratio() { awk -v a="${1:-0}" -v b="${2:-0}" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }

# field NAME TEXT: the word after NAME in a line of "name value name value".
field() { awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }' <<<"$2"; }

# needs COMMAND PACKAGE: finds it, or installs its Debian package.
needs() {
  command -v "$1" >/dev/null || scripts/apt-install.sh "$2" || true
  command -v "$1" >/dev/null
}

# busy prints how much of the machine others used in the last half second, in per cent.
busy() {
  local before after
  before=$(head -n 1 /proc/stat)
  sleep 0.5
  after=$(head -n 1 /proc/stat)
  printf '%s\n%s\n' "$before" "$after" | awk '
    { idle = $5 + $6; all = 0; for (i = 2; i <= 9; i++) all += $i }
    NR == 1 { i0 = idle; a0 = all }
    NR == 2 { printf "%d", 100 - 100 * (idle - i0) / (all - a0 + 0.001) }'
}

# calm waits until others leave us the machine, 30 seconds in a run at most, and notes what they used: sets bench_busy.
bench_patience=30
calm() {
  while bench_busy=$(busy) && [ "$bench_busy" -gt 30 ] && [ "$bench_patience" -gt 0 ]; do
    sleep 0.5
    bench_patience=$((bench_patience - 1))
  done
}

# late SECONDS: the run is older than that. On a machine that others use, fewer rounds must do: it has to end by itself.
late() { [ "$SECONDS" -gt "$1" ]; }

# program NAME ROLE SETTING…: starts the program, waits until it is ready; sets program_pid and program_url.
program() {
  local name=$1 role=$2 port i
  shift 2
  port=$(free_port)
  program_url=http://127.0.0.1:$port
  env -u{DATABASE_URL,REDIS_URL,PUBLIC_URL,GEOCODER_URL,{DATABASE_URL,REDIS_URL,TELEGRAM_{BOT_TOKEN,WEBHOOK_SECRET}}_FILE} LOG_LEVEL=warn LISTEN_ADDR="127.0.0.1:$port" \
    TELEGRAM_BOT_TOKEN=4242:bench TELEGRAM_WEBHOOK_SECRET="$TELEGRAM_WEBHOOK_SECRET" "$@" \
    "$bench_program" serve --role "$role" >>"$bench_folder/$name.log" 2>&1 </dev/null &
  program_pid=$!
  for ((i = 0; i < 2000; i++)); do
    if ready "$port"; then return 0; fi
    kill -0 "$program_pid" 2>/dev/null || break
    sleep 0.005
  done
  tail -n 5 "$bench_folder/$name.log" >&2
  return 1
}

# ready PORT: /readyz answers 200. In bash alone: a client's own start would be part of the figure.
ready() {
  local line
  {
    exec 8<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET /readyz HTTP/1.0\r\n\r\n' >&8
    read -r -t 2 line <&8
    exec 8>&-
  } 2>/dev/null
  [[ $line == *" 200 "* ]]
}

program_stop() {
  [ -n "${program_pid:-}" ] || return 0
  kill "$program_pid" 2>/dev/null || true
  wait "$program_pid" 2>/dev/null || true
  program_pid=
}
