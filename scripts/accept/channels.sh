#!/usr/bin/env bash
# What every channel must show: make accept-channels.
# shellcheck source=scripts/accept/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
with_services scripts/accept/channels.sh "$@"

tests=(go test -count=1 -v)

step 'payloads and signatures through the commands' "${tests[@]}" ./cmd/vticket -run 'TestChannelParse|TestChannelVerify'
step 'payloads and signatures in the adapters' "${tests[@]}" ./bots/telegram ./bots/zalo ./bots/facebook -run 'TestFixtures|TestSignatureVectors|TestVerify'
step 'signatures through HTTP, refused leave no row' "${tests[@]}" ./cmd/vticket -run TestTownRefuses
step 'one conformance table over five adapters' "${tests[@]}" ./bots/telegram ./bots/zalo ./bots/facebook ./bots/webchat -run Conformance
step 'the main job on each platform in the sandbox' "${tests[@]}" ./cmd/vticket -run TestSandboxMainJob
step 'album, edits, unsend, sticker, voice, block' "${tests[@]}" ./cmd/vticket -run 'TestTownPieces|TestTownTakeOver'
step 'token ends amid 200 sends by two workers' "${tests[@]}" ./cmd/vticket -run TestTownTokenEnds
step 'windows closed: the ladder, and why' "${tests[@]}" ./cmd/vticket ./notifications -run 'TestTownWindows|TestTownHolds|TestLadder'
step 'throttled platform delays no other' "${tests[@]}" ./cmd/vticket ./notifications -run 'Storm'
step '10,000 messages, 5 % twice, 10 % out of order' env VTICKET_MESSAGES=10000 "${tests[@]}" ./cmd/vticket -run TestTownLedger
for target in telegram:FuzzParse telegram:FuzzVerify zalo:FuzzParse zalo:FuzzVerify zalo:FuzzBotParse \
  zalo:FuzzBotVerify facebook:FuzzParse facebook:FuzzVerify facebook:FuzzChallenge; do
  STEP_TIMEOUT=1800 step "fuzz ${target/:/ }" scripts/accept/fuzz.sh "./bots/${target%:*}" "${target#*:}"
done
step 'forward, topic and reaction of Telegram' "${tests[@]}" ./bots/telegram -run 'TestFixtures|TestGroupsAndReactions'
step 'place link: once, expires, falls back to text' "${tests[@]}" ./api ./bots/dialogue -run 'APlace|TwoPlaces|ThePlace|AWrongPlace'
step '30 planted secrets appear nowhere' "${tests[@]}" ./cmd/vticket -run 'TestPlantedSecrets|TestErrorsHoldNoSecrets'
finish
