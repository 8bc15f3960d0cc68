# SIGINT and SIGTERM: status 130 and 143; what is finished is kept, whole records in order, and the same command goes on.
for i in $(seq -w 400); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
before=0
for signal in INT TERM; do
  # A job in the background ignores SIGINT unless job control is on.
  set -m
  ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --out out.jsonl --jobs 1 --progress always 2>log &
  set +m
  sleep 4
  kill -"$signal" $!
  status=0; wait $! || status=$?
  echo "status $status"
  [[ ! -e out.jsonl ]]
  pages=$(jq -s length out.jsonl.partial)
  ((pages > before && pages < 800)) && grep -q '^ocrbatch: stopped after' log
  grep -q 'what is finished is in out.jsonl.partial' log
  jq -r '.document + " " + (.page | tostring)' out.jsonl.partial >found
  sort -c found
  [[ $(sort -u found | wc -l) == "$pages" ]]
  before=$pages
done
# Without a state the output itself has what was finished.
set -m
ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --out none.jsonl --state none --jobs 1 --quiet &
set +m
sleep 4
kill -TERM $!
status=0; wait $! || status=$?
echo "status $status"
jq -s 'length > 0 and length < 800' none.jsonl
