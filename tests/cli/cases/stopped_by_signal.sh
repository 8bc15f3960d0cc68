# SIGINT and SIGTERM: what is finished is kept, whole records in order; status 130 and 143.
for i in $(seq -w 400); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
for signal in INT TERM; do
  # A job in the background ignores SIGINT unless job control is on.
  set -m
  ocrbatch scan . --model "$TEST_MODEL" --out out.jsonl --jobs 1 --progress always 2>log &
  set +m
  sleep 4
  kill -"$signal" $!
  status=0; wait $! || status=$?
  echo "status $status"
  pages=$(jq -s length out.jsonl)
  ((pages < 800)) && grep -q '^ocrbatch: stopped after' log
  jq -r '.document + " " + (.page | tostring)' out.jsonl >found
  sort -c found
done
