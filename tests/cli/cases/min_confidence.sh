# Lines that were read with less than --min-confidence are left out and counted; 0 keeps all.
read_with() { ocrbatch scan "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" --state none --stats stats.json "$@"; }
lines() { jq -c '[.lines, .lines_left_out]' stats.json; }
read_with --min-confidence 0 --out all.jsonl --quiet && lines
read_with --min-confidence 1 --out none.jsonl 2>log && lines
grep -o '[0-9]* lines left out.*' log
jq -c '[.status, .text, (.blocks | length)]' none.jsonl
# In between: what stays is what was read with that or more, and blocks shrink to it.
limit=$(jq '[.blocks[].paragraphs[].lines[].confidence] | sort | .[length / 2 | floor]' all.jsonl)
read_with --min-confidence "$limit" --out some.jsonl --quiet
# The limit is compared with what was read, not with what was written, which is rounded.
kept=$(jq '[.blocks[].paragraphs[].lines[]] | length' some.jsonl) all=$(jq '[.blocks[].paragraphs[].lines[]] | length' all.jsonl)
((kept > 0 && kept < all)) && echo "some"
jq -e --argjson limit "$limit" 'all(.blocks[].paragraphs[].lines[]; .confidence >= $limit)' some.jsonl
jq -e '[.blocks[] | .bbox == [([.paragraphs[].bbox[0]] | min), ([.paragraphs[].bbox[1]] | min), ([.paragraphs[].bbox[2]] | max), ([.paragraphs[].bbox[3]] | max)]] | all' some.jsonl
# Another limit is another setting: what is there was read with other settings.
cmp -s <(jq .provenance.settings all.jsonl) <(jq .provenance.settings some.jsonl) || echo "other settings"
read_with --min-confidence 1.5 --out x.jsonl 2>&1 || echo "status $?"
