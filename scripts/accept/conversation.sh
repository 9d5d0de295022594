#!/usr/bin/env bash
# What understanding and conversation must show: make accept-conversation.
# shellcheck source=scripts/accept/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
with_services scripts/accept/conversation.sh "$@"

tests=(go test -count=1 -v)
measured=(scripts/accept/figure.sh "${tests[@]}")

step 'must show 1: classify: type, field, alternatives, critical, false reports, area' \
  "${measured[@]}" ./cmd/vticket -run 'TestClassifyDevelopmentReports'
step 'must show 1: classify: lines, JSON lines, faulty lines' "${tests[@]}" ./cmd/vticket -run 'TestClassifyLines|TestClassifyAnswers'
STEP_TIMEOUT=1800 step 'must show 2: training: overlap, registers left out, the same weights' \
  bash -c 'make train && git diff --exit-code --stat -- models/understand/weights.bin'
step 'must show 3: scripts of the task and our own; turns p50, p90' "${measured[@]}" ./cmd/vticket -run 'TestDialogueScripts'
step 'must show 3: faulty scripts, and what each channel shows' "${tests[@]}" ./cmd/vticket -run 'TestSimulate'
step 'must show 4: any order, any repetition, nothing lost, one prompt' "${tests[@]}" ./bots/dialogue -run 'TestProperty'
step 'must show 4: any statement fails once: the same end' "${measured[@]}" ./cmd/vticket -run 'TestFaultAnyStatement'
step 'must show 4: likewise on PostgreSQL, every 16th statement' "${tests[@]}" ./cmd/vticket -run 'TestFaultSomeStatementsPostgres'
STEP_TIMEOUT=1800 step 'must show 5: a classification: time, memory, loading' scripts/bench.sh understand
step 'must show 6: transcripts, vi and en' "${tests[@]}" ./bots/dialogue -run 'TestTranscripts'
finish
