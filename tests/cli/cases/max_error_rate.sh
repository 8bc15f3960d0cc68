# --max-error-rate ends a run that only fails, and keeps what it has; not one with some bad files.
for i in $(seq -w 200); do printf 'not a page' >"$i.pdf"; done
scan() { ocrbatch scan . --model "$TEST_MODEL" --quiet "$@" 2>log || echo "status $?"; tail -n 1 log; }
scan --out out.jsonl --max-error-rate 0.5 --stats stats.json
jq -c '[.documents < 200, .stopped]' stats.json
for i in $(seq -w 015 200); do rm "$i.pdf" && cp "$EXAMPLES/documents/letter.png" "$i.png"; done
scan --out other.jsonl --max-error-rate 0.5 --jobs 2
jq -s length other.jsonl
ocrbatch scan . --out out.jsonl --max-error-rate 2
