#!/usr/bin/env bash
# run-sandbox.sh: the fake platforms and a product that talks to them, until Ctrl-C ends both.
# The product begins with an empty city in a folder that is thrown away at the end; SANDBOX_DATA=DIR keeps one.
# SANDBOX_LISTEN and SANDBOX_PRODUCT are where they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

listen=${SANDBOX_LISTEN:-127.0.0.1:8090}
product=${SANDBOX_PRODUCT:-http://127.0.0.1:8080}
data=${SANDBOX_DATA:-$(mktemp -d "${TMPDIR:-/tmp}/vticket-sandbox.XXXXXX")}
running=()

end() {
  trap - EXIT INT TERM
  kill "${running[@]}" 2>/dev/null || true
  wait
  [ -n "${SANDBOX_DATA:-}" ] || rm -rf "$data"
}
trap end EXIT
trap 'exit 130' INT TERM

./bin/vticket sandbox --listen "$listen" --product "$product" > >(grep --line-buffered -v '^#\|=') &
running+=($!)
mapfile -t settings < <(./bin/vticket sandbox env --listen "$listen" --product "$product")

# What is set for another installation does not reach this one: its database, its geocoder, its secrets in files.
forget=(-u DATABASE_URL -u REDIS_URL -u GEOCODER_URL)
for name in $(./bin/vticket config 2>/dev/null | cut -d= -f1); do forget+=(-u "${name}_FILE"); done

cat <<SAY
Residents on four fake platforms:  http://$listen/
Residents on our own page:         $product/
Staff:                             $product/console   (the password follows, the first time a folder is used)
Everything of this city is in      $data
SAY
env "${forget[@]}" "${settings[@]}" DATA_DIR="$data" LOG_LEVEL="${LOG_LEVEL:-warn}" ./bin/vticket serve &
running+=($!)
wait -n "${running[@]}" || true # either is of no use without the other
