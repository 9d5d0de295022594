#!/usr/bin/env bash
# The main job on a fresh clone with an empty home: make run, and then what a resident and a colleague do, by HTTP only.
# The last line holds the figures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$(mktemp -d)
served=
finish() {
  [ -z "$served" ] || kill "$served" 2>/dev/null || true
  chmod -R u+w "$folder" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
fail() { echo "$*" >&2; [ ! -f "$folder/log" ] || tail -n 20 "$folder/log" >&2; exit 1; }

git clone --quiet --no-hardlinks . "$folder/vticket"
mkdir "$folder/home"
cd "$folder/vticket"
# How this machine reaches its package mirrors is the machine's own, not a home's.
GOENV=$(go env GOENV) NPM_CONFIG_USERCONFIG=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}
export GOENV NPM_CONFIG_USERCONFIG
export HOME=$folder/home LISTEN_ADDR=127.0.0.1:$((20000 + RANDOM % 12000)) DATA_DIR=$folder/data
unset GOPATH GOMODCACHE GOCACHE DATABASE_URL REDIS_URL PUBLIC_URL VTICKET_TEST_DATABASE_URL VTICKET_TEST_REDIS_URL
base=http://$LISTEN_ADDR
api=$base/api/v1

make run >"$folder/log" 2>&1 &
served=$!
for ((i = 0; i < 60000; i++)); do
  if curl -fs -o /dev/null -m 1 "$base/readyz" 2>/dev/null; then break; fi
  kill -0 "$served" 2>/dev/null || fail "make run ended"
  sleep 0.01
done
read -r now _ </proc/uptime
began=$(awk '{print $22}' "/proc/$(pgrep -P "$served")/stat")
ready=$(awk -v now="$now" -v began="$began" -v hertz="$(getconf CLK_TCK)" 'BEGIN {printf "%.2f", now - began / hertz}')
awk -v ready="$ready" 'BEGIN {exit !(ready <= 1)}' || fail "/readyz after $ready s, not within 1 s"
password=$(sed -n 's/^First admin: .*, password \([^ ]*\) .*/\1/p' "$folder/log")
[ -n "$password" ] || fail "no password was shown"

# field NAME: the first value of that name in the JSON on standard input.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
# await SECONDS PATTERN: until the chat shows it; prints how long it took.
await() {
  local from=$EPOCHREALTIME
  until curl -fs "$api/chat/messages" -H "$resident" >"$folder/chat" && grep -q "$2" "$folder/chat"; do
    awk -v a="$from" -v b="$EPOCHREALTIME" -v most="$1" 'BEGIN {exit !(b - a < most)}' || fail "not within $1 s: $2"
    sleep 0.05
  done
  awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}'
}

bin/vticket demo photo --width 4000 --height 3000 --seed 7 >"$folder/before.jpg"
bin/vticket demo photo --width 4000 --height 3000 --seed 8 >"$folder/after.jpg"
resident="Authorization: Bearer $(curl -fs -X POST "$api/chat/sessions" | field token)"
curl -fs "$api/chat/messages" -H "$resident" -H 'Content-Type: application/json' -o /dev/null \
  -d '{"client_id":"1","text":"Nắp cống trước số 140 bị mất rồi"}'
curl -fs "$api/chat/messages" -H "$resident" -F client_id=2 -F "photo=@$folder/before.jpg;type=image/jpeg" -o /dev/null
curl -fs "$api/chat/messages" -H "$resident" -H 'Content-Type: application/json' -o /dev/null \
  -d '{"client_id":"3","lat":10.7769,"lon":106.7009}'
receipt=$(await 5 'Đã nhận phản ánh')
code=$(curl -fs "$api/chat/tickets" -H "$resident" | field code)
[ -n "$code" ] || fail "the resident has no report"
grep -qE '"direction":"in"[^}]*"photos":\["' "$folder/chat" || fail "the resident's photo is not in the chat"

staff="Authorization: Bearer $(curl -fs "$api/auth/login" -H 'Content-Type: application/json' \
  -d "{\"email\":\"admin@localhost\",\"password\":\"$password\"}" | field token)"
# verb NAME BODY: on the version that was seen last.
verb() {
  local etag
  etag=$(curl -fs -D - -o /dev/null "$api/tickets/$code" -H "$staff" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
  curl -fsS "$api/tickets/$code/$1" -H "$staff" -H "If-Match: $etag" -H 'Content-Type: application/json' -d "$2" -o /dev/null ||
    fail "$1 was refused"
}
curl -fs "$api/tickets/$code" -H "$staff" >"$folder/ticket"
[ "$(field area <"$folder/ticket")" = 26740 ] || fail "not the ward of the pin: $(field area <"$folder/ticket")"
for given in department_id promise_due target_due; do
  [ -n "$(field "$given" <"$folder/ticket")" ] || fail "the ticket has no $given"
done
verb accept '{}'
photo=$(curl -fs "$api/tickets/$code/photos" -H "$staff" -F "photo=@$folder/after.jpg;type=image/jpeg" | field id)
verb resolve "{\"outcome\":\"fixed\",\"text\":\"Đã đậy nắp mới.\",\"photos\":[\"$photo\"]}"
answer=$(await 15 'Đã đậy nắp mới')
grep -q '"title":"xong","payload"' "$folder/chat" || fail "the answer has no choices"
grep -q "photos/$photo/320" "$folder/chat" || fail "the answer has no photo"
curl -fs "$api/chat/messages" -H "$resident" -H 'Content-Type: application/json' -o /dev/null -d '{"client_id":"4","text":"1"}'
await 5 'Cảm ơn bạn' >/dev/null
[ "$(grep -o 'Đã nhận phản ánh' "$folder/chat" | wc -l)" = 1 ] || fail "more than one receipt"
[ "$(curl -fs "$api/tickets/$code" -H "$staff" | field state)" = closed ] || fail "1 did not close it"

kill "$(pgrep -P "$served")" && wait "$served" || true
served=
bin/vticket audit verify >"$folder/audit" || fail "audit verify: $(cat "$folder/audit")"
LC_ALL=C sed -i 's/"channel":"webchat"/"channel":"webchaT"/' "$DATA_DIR/vticket.db"
if bin/vticket audit verify >"$folder/audit" 2>&1; then fail "one changed byte went unnoticed"; fi
grep -q "$code" "$folder/audit" || fail "audit verify does not name the row: $(cat "$folder/audit")"
echo "ready $ready s after process start, receipt $receipt s after the last piece, answer $answer s after resolve," \
  "$(wc -c <"$folder/before.jpg") bytes of photo, audit names $code"
