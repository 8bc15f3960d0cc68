# A second run reads what is new or has changed, says what it did with the rest, and leaves alone what stays as it is.
mkdir docs
cp "$EXAMPLES"/documents/{letter.png,minutes.tif,receipt.jpg} docs
head -c 3000 "$EXAMPLES/documents/report.pdf" >docs/cut.pdf
scan() {
  local status=0
  ocrbatch scan docs --model "$TEST_MODEL" --out out.jsonl --stats stats.json "$@" >out 2>log || status=$?
  echo "\$ $*: status $status, $(jq -c '[.pages_ok, .documents_failed] + (.increments | [.kept, .moved, .read_new, .read_changed, .read_out_of_date, .read_again, .out_of_date, .not_listed, .pruned])' stats.json)"
}
records() { jq -r '"\(.document) \(.page)"' out.jsonl; }
scan
before=$(stat -c '%i %y' out.jsonl out.jsonl.state)
# What failed in an earlier run is counted, and is no news: status 0 and silence under --quiet.
scan --quiet
[[ ! -s log && $before == "$(stat -c '%i %y' out.jsonl out.jsonl.state)" ]]
{ cat docs/letter.png; echo; } >docs/more.png
ocrbatch scan docs --model "$TEST_MODEL" --out out.jsonl --dry-run 2>log
sed -n "s/ (about [0-9.]* s at this machine's last rate)/ (about X)/p" log
rm docs/more.png
touch docs/letter.png; mv docs/receipt.jpg docs/a.jpg; cp docs/minutes.tif docs/z.tif; cp "$EXAMPLES/documents/receipt.jpg" docs/minutes.tif
ocrbatch scan docs --model "$TEST_MODEL" --out out.jsonl --dry-run 2>log
grep '^ocrbatch: ' log
scan
records
scan --prune
records
# Other settings, asked for and not.
scan --dpi 150
grep -o '[0-9]* out of date (--update reads them)' log
ocrbatch scan docs --model "$TEST_MODEL" --out out.jsonl --dpi 150 --update --dry-run --quiet
scan --dpi 150 --update
scan --dpi 150 --retry
scan --dpi 150 --force
# Other commands into the same output.
ocrbatch scan "$EXAMPLES/documents/report.pdf" --model "$TEST_MODEL" --out out.jsonl --quiet
scan --dpi 150
jq -s length out.jsonl
ocrbatch scan docs --model "$TEST_MODEL" --dpi 150 --out - --quiet 2>/dev/null >new.jsonl || true
diff new.jsonl <(grep -v report.pdf out.jsonl)
# Without a state the output is what the run has read, and nothing lies beside it.
ocrbatch scan docs/a.jpg --model "$TEST_MODEL" --out none.jsonl --state none --quiet
ocrbatch scan docs/letter.png --model "$TEST_MODEL" --out none.jsonl --state none --quiet
jq -r .document none.jsonl
ocrbatch scan docs/a.jpg --model "$TEST_MODEL" --out moved.jsonl --state state.db --quiet
ocrbatch scan docs/a.jpg --model ./none --out moved.jsonl --state state.db --quiet 2>&1 || echo "status $?"
ls none.* moved.* state.*
