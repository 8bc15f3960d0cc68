# SIGKILL of a run takes its workers with it, in the middle of a page; SIGINT, which a terminal sends to all, leaves them
# to the run, which finishes its pages.
children() {  # of process $1, those that run
  local stat line state parent rest
  for stat in /proc/[0-9]*/stat; do
    { read -r line <"$stat"; } 2>/dev/null || continue
    read -r state parent rest <<<"${line##*) }"
    [[ $parent == "$1" && $state != Z ]] && echo "${stat//[^0-9]/}"
  done
  return 0
}
"$SOURCE/tests/support/make_bomb" nested_forms endless.pdf
ocrbatch scan endless.pdf --model "$TEST_MODEL" --out out.jsonl --quiet &
run=$!
for _ in $(seq 100); do
  mapfile -t workers < <(children $run)
  ((${#workers[@]} == 2)) && break
  sleep 0.1
done
((${#workers[@]} == 2)) || { echo "no two workers were started" >&2; exit 1; }
sleep 0.5
kill -KILL $run
wait $run 2>/dev/null || true
sleep 1
for worker in "${workers[@]}"; do
  state=$(sed 's/.*) \(.\).*/\1/' "/proc/$worker/stat" 2>/dev/null || echo gone)
  [[ $state == gone || $state == Z ]] || { echo "worker $worker lives on ($state)" >&2; exit 1; }
done

for i in $(seq -w 100); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
set -m  # a process group of its own
ocrbatch scan ./*.tif --model "$TEST_MODEL" --layout tesseract --out out.jsonl --jobs 2 --stats stats.json --quiet &
set +m
run=$!
sleep 3
kill -INT -- -$run
status=0; wait $run || status=$?
echo "status $status"
jq -c '[.stopped, .pages_failed, .workers.lost]' stats.json
