# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh and lib.sh set what is shared
# Sourced by bench.sh: from nothing to the first answer, and what it costs to do nothing.

start_all() {
  local round began folder=$bench_folder/start rss ms=()
  for round in 1 2 3; do
    rm -rf "$folder"
    calm
    began=$(date +%s%N)
    program start all DATA_DIR="$folder" || { bar "start to /readyz, embedded" "it did not start" - missed; return; }
    ms+=($((($(date +%s%N) - began) / 1000000)))
    [ "$round" = 3 ] || program_stop
  done
  bar "start to /readyz, embedded, empty folder" "$(median "${ms[@]}") ms (rounds ${ms[*]})" - \
    "$(all_hold "$(median "${ms[@]}")" '<=' 1000)"
  sleep "$(awk -v ms="${ms[2]}" 'BEGIN { print 20 - ms / 1000 }')"
  rss=$(awk '/VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$program_pid/status")
  bar "idle memory after 20 s" "$rss MiB" - "$(all_hold "$rss" "<=" 85)" # 90 MB
  bar "program file" "$(($(stat -c %s "$bench_program") / 1000000)) MB, not stripped" - measured
  program_stop
}
