# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh: the rules that need no database, by Go's benchmarks.

rules_all() {
  local out wards="the real 168 wards" skipped
  calm
  out=$(bench_go ./models/places '^Benchmark(Find|Snap|Approximate)$' -benchtime 200ms -count 3 -v)
  if grep -q 'SKIP.*Find' <<<"$out"; then
    skipped=yes wards="approximate, the real wards are not here"
    rules_bar "point to area, $wards" "$out" Approximate 5000
  else
    rules_bar "point to area, $wards" "$out" Find 5000
    rules_bar "snap, $wards" "$out" Snap 100000
  fi
  [ -z "${skipped:-}" ] || left_out "snap" "the real wards are not here"
  understand_all
  out=$(bench_go ./models CalendarAdd -benchtime 200ms -count 3)
  rules_bar "calendar, 80 working hours across Tết" "$out" 'CalendarAdd/80_hours_across' ''
  rules_photo
}

# rules_bar TITLE OUTPUT NAME LIMIT: nanoseconds.
rules_bar() {
  local ns verdict=measured
  # shellcheck disable=SC2046 # a list of numbers
  ns=$(median $(metric ns/op "$2" "$3"))
  [ -z "$4" ] || verdict=$(all_hold "$ns" '<=' "$4")
  bar "$1" "$(awk -v n="$ns" 'BEGIN { printf "%.2f µs", n / 1000 }')" - "$verdict"
}

# understand_all: what reads the words; all there is to issue 4.
understand_all() {
  local out ms held
  out=$(bench_go ./models/understand 'Classify$' -benchtime 200ms -count 3)
  rules_bar "classification" "$out" Classify 200000
  out=$(bench_go ./models/understand 'Load$' -benchtime 5x -count 3)
  # shellcheck disable=SC2046
  { ms=$(median $(metric ns/op "$out")) held=$(median $(metric held-MB "$out")); }
  bar "loading what classifies" "$((${ms:-0} / 1000000)) ms, $held MB held" - \
    "$(all_hold "$ms" '<=' 150000000 "$held" '<=' 20)"
}

rules_photo() {
  local out cpu bytes
  calm
  out=$(bench_go ./models/photos Clean12MP -benchtime 5x -count 3)
  # shellcheck disable=SC2046
  { cpu=$(median $(metric cpu-ms/op "$out")) bytes=$(median $(metric B/op "$out")); }
  bar "12-megapixel photo" "$cpu ms of processor time, $((${bytes:-0} / 1000000)) MB allocated" - \
    "$(all_hold "$cpu" '<=' 400 "$bytes" '<=' 120000000)"
}
