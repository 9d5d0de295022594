# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh: what becomes of a message after it is safe. Go's own benchmarks measure; we judge.

tickets_all() {
  local out rate statements
  if [ -z "${VTICKET_TEST_DATABASE_URL:-}" ] || [ -z "${VTICKET_TEST_REDIS_URL:-}" ]; then
    left_out "hops 5 and 6; all in" "no PostgreSQL or Redis"
    return
  fi
  calm
  # Garbage is collected as serve does beside PostgreSQL.
  out=$(GOGC=400 bench_go ./bots/dialogue 'Tickets$' -benchtime 300x -count "$(late 200 && echo 1 || echo 3)")
  # shellcheck disable=SC2046 # a list of numbers
  rate=$(median $(metric tickets/s "$out"))
  bar "hops 5 and 6, 8 at once" "$rate tickets/s (rounds $(metric tickets/s "$out" | xargs))" - \
    "$(all_hold "$rate" '>=' 1000)"
  out=$(bench_go ./bots/dialogue TicketStatements -benchtime 100x)
  statements=$(metric statements/ticket "$out")
  bar "statements a ticket" "$statements, and $(metric begins-and-commits/ticket "$out") begins and commits" - \
    "$(all_hold "$statements" '<=' 12)"
  tickets_rush
}

# tickets_rush: the whole program at a steady rate, and at higher ones until it does not keep up.
tickets_rush() {
  local out line rate p99 best=0 last="no figure"
  calm
  out=$(VTICKET_RUSH="25 6 50 6 100 6 200 20 300 8 400 8 500 60" TMPDIR=$bench_folder CGO_ENABLED=0 \
    timeout 180 go test -tags bench -count=1 -run 'TestRush$' -v ./cmd/vticket 2>&1)
  while read -r line; do
    rate=$(field rush "$line") p99=$(field p99_ms "$line") last="not reached: ${line#rush }"
    if [ "$(all_hold "$p99" '<=' 2000 "$(field unanswered "$line")" '<=' 0)" = held ]; then best=$rate; fi
    [ "$rate" != 200 ] || bar "all in at 200/s for 20 s, settling aside" "${line#*seconds 20 }" - \
      "$(all_hold "$p99" '<=' 2000 "$(field unanswered "$line")" '<=' 0)"
  done < <(grep -oE 'rush [0-9]+ .*' <<<"$out")
  if ! grep -q 'rush 200 ' <<<"$out"; then
    [ "$last" != "no figure" ] || tail -n 15 <<<"$out" >&2
    bar "all in at 200/s for 20 s, settling aside" "$last" - missed
  fi
  bar "highest steady rate, tried from 25 to 500/s" "$best tickets/s" - "$(all_hold "$best" '>=' 500)"
}

# bench_go PACKAGE PATTERN FLAG…
bench_go() {
  CGO_ENABLED=0 go test -run '^$' -bench "$2" -timeout 120s "${@:3}" "$1" 2>&1 | tee -a "$bench_folder/go.log"
}

# metric UNIT OUTPUT [NAME]: the figures of that unit in the output of Go's benchmarks.
metric() {
  awk -v unit="$1" -v name="^Benchmark${3:-}" '$1 ~ name { for (i = 3; i <= NF; i++) if ($i == unit) print $(i - 1) }' <<<"$2"
}
