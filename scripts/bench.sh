#!/usr/bin/env bash
# bench.sh [PART…]: measures the bars of the design and prints for each
#   bar | figure | ratio to its baseline in the same run | held or missed
# Exits 1 when one is missed. The parts: webhook, tickets, rules (with understand), queue, start; all of them by default.
# It wants VTICKET_TEST_DATABASE_URL and VTICKET_TEST_REDIS_URL on durable databases, as make bench gives them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

bench_folder=$(mktemp -d "${TMPDIR:-/tmp}/vticket-bench.XXXXXX") || exit 1
bench_program=$bench_folder/vticket
export TELEGRAM_WEBHOOK_SECRET=of-the-webhook

export PGTEST_DURABLE=1
# shellcheck source=scripts/services.sh
source scripts/services.sh # finds what make bench has started
# shellcheck source=scripts/bench/lib.sh
source scripts/bench/lib.sh
# shellcheck source=scripts/bench/webhook.sh
source scripts/bench/webhook.sh
# shellcheck source=scripts/bench/tickets.sh
source scripts/bench/tickets.sh
# shellcheck source=scripts/bench/rules.sh
source scripts/bench/rules.sh
# shellcheck source=scripts/bench/queue.sh
source scripts/bench/queue.sh
# shellcheck source=scripts/bench/start.sh
source scripts/bench/start.sh

bench_end() {
  program_stop
  webhook_postgres_end
  services_stop
  rm -rf "$bench_folder"
}
trap bench_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

echo "# $(nproc) cores, $(awk '/MemTotal/ { printf "%d GiB", $2 / 1048576 }' /proc/meminfo), $(uname -sr)," \
  "$(go version | cut -d ' ' -f 3), load average $(cut -d ' ' -f 1-3 /proc/loadavg)"
CGO_ENABLED=0 go build -trimpath -o "$bench_program" ./cmd/vticket || exit 1
[ $# -gt 0 ] || set -- start webhook tickets rules queue
for part; do
  case $part in
  webhook | tickets | rules | understand | queue | start) "${part}_all" ;;
  *) echo "bench.sh: no part $part" >&2; exit 2 ;;
  esac
done
left_out "monthly figures at 1,000,000 tickets" "no page of them exists yet"

echo "# load average $(cut -d ' ' -f 1-3 /proc/loadavg), $SECONDS s"
if [ ${#bench_missed[@]} -gt 0 ]; then
  printf 'missed: %s\n' "${bench_missed[@]}"
  exit 1
fi
if [ "${CI:-}" = true ] && [ ${#bench_left_out[@]} -gt 1 ]; then
  printf 'left out: %s\n' "${bench_left_out[@]}"
  exit 1
fi
