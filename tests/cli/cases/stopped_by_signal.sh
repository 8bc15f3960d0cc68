# SIGINT and SIGTERM: status 130 and 143; what is finished is kept, whole records in order, and the same command goes on.
for i in $(seq -w 400); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
finished() { [[ -e $1 ]] && jq -s length "$1" || echo 0; }
# Runs and is stopped, after longer and longer where no page was finished by then: a loaded machine may take its time.
# usage: stop SIGNAL FILE MORE_THAN scan's options...
stop() {
  local seconds
  for seconds in 4 8 16 32; do
    # A job in the background ignores SIGINT unless job control is on.
    set -m
    ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --jobs 1 "${@:4}" 2>log &
    set +m
    sleep "$seconds"
    kill -"$1" $!
    status=0; wait $! || status=$?
    (($(finished "$2") > $3)) && break
  done
  echo "status $status"
}
before=0
for signal in INT TERM; do
  stop "$signal" out.jsonl.partial "$before" --out out.jsonl --progress always
  [[ ! -e out.jsonl ]]
  pages=$(finished out.jsonl.partial)
  ((pages > before && pages < 800)) && grep -q '^ocrbatch: stopped after' log
  grep -q 'what is finished is in out.jsonl.partial' log
  jq -r '.document + " " + (.page | tostring)' out.jsonl.partial >found
  sort -c found
  [[ $(sort -u found | wc -l) == "$pages" ]]
  before=$pages
done
# Without a state the output itself has what was finished.
stop TERM none.jsonl 0 --out none.jsonl --state none --quiet
jq -s 'length > 0 and length < 800' none.jsonl
