# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh: the console's pages among a million tickets, as a department's colleague and the hotline's ask.

queue_all() {
  local out line who p99 worst title
  if [ -z "${VTICKET_TEST_DATABASE_URL:-}" ]; then
    left_out "queue, search, ticket page at 1,000,000 tickets" "no PostgreSQL"
    return
  fi
  calm
  out=$(CGO_ENABLED=0 timeout 400 go test -tags bench -count=1 -run 'TestMillion$' -v ./api 2>&1 |
    tee -a "$bench_folder/go.log")
  grep -q ' million ' <<<"$out" || tail -n 15 <<<"$out" >&2
  echo "# $(grep -oE 'filled .*' <<<"$out"), others used ${bench_busy} % of the machine just before"
  while read -r title line; do
    for who in department hotline; do
      # of the kinds of pages that the line names, the slowest
      worst=$(grep -E " million ($line) $who " <<<"$out" | sed 's/.* million //' | sort -k 7 -g | tail -n 1)
      p99=$(field p99_ms "$worst")
      bar "${title//_/ } at 1,000,000 tickets, $who" \
        "p50 $(field p50_ms "$worst") ms, p99 ${p99:-unknown} ms (${worst%% *})" - "$(all_hold "$p99" '<=' 50)"
    done
  done <<'LINES'
queue queue|queue_by_type|queue_by_area
search,_words search_common|search_two|search_rare|search_mixed|search_seldom|search_types|search_letters
search,_a_code,_a_phone_number,_another_system's_number search_code|search_phone|search_external
ticket_page ticket
LINES
}
