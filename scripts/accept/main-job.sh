#!/usr/bin/env bash
# The ten things that the main job must show: make accept-main-job.
# shellcheck source=scripts/accept/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
with_services scripts/accept/main-job.sh "$@"

tests=(go test -count=1 -v)

STEP_TIMEOUT=900 step 'fresh clone, whole job by HTTP' scripts/accept/main-job-demo.sh
step 'Telegram over HTTP, webhook and polling' "${tests[@]}" ./cmd/vticket -run TestTelegramMainJob
step 'killed between the hops' "${tests[@]}" ./cmd/vticket -run TestKill
step 'bot turn beside staff verb, fenced leases' "${tests[@]}" ./workflow ./cmd/vticket -run 'TestInterleaving|TestPausedWorker'
step 'Telegram fixtures, refused webhooks' "${tests[@]}" ./bots/telegram ./api -run 'TestFixtures|TestWebhookRefused'
step 'properties of calendar, moves, reducer' "${tests[@]}" ./models ./workflow ./bots/dialogue -run TestProperty
STEP_TIMEOUT=600 step 'browser, axe and screenshots' bash -c 'make assets && timeout 240 make e2e && make shots'
STEP_TIMEOUT=900 step 'each bar with its figure' make bench
STEP_TIMEOUT=2400 step 'lint, test and CI on a clean checkout' scripts/accept/clean-checkout.sh
step 'someone new finds the file' awk -F'|' '$4 ~ /yes/ { n++ } END { print n " of 10"; exit n < 9 }' docs/newcomer-trial.md
finish
