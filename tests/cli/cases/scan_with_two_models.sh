# The second model reads the pages that the first is not sure of, where it has other characters; it is named in their
# records, in the statistics, and in the settings that decide what is out of date.
scan() { ocrbatch scan "$EXAMPLES/documents" --min-confidence 0 --out - --quiet "$@"; }
unsure=$TEST_MODEL-unsure han=$TEST_MODEL-han
scan --model "$unsure" >one.jsonl
scan --model "$unsure" --model "$han" --stats stats.json >two.jsonl
jq -s -c 'map(.provenance.model) | unique' one.jsonl two.jsonl
jq -c '[.model, (.other_models | map(.model)), .pages_of_other_models]' stats.json
jq -s -c 'map(.text) | join("") | [test("[a-e]"), test("[一二三]")]' two.jsonl
jq -s '[.[].provenance.settings] | unique | length' one.jsonl two.jsonl
echo "with a second one of the same letters"
scan --model "$unsure" --model "$TEST_MODEL" | jq -s -c 'map(.provenance.model) | unique'
echo "of lines of another size"
cp -r "$han" wider && chmod -R u+w wider && jq '.model.img_width = 3000' "$han/model.json" >wider/model.json
scan --model "$TEST_MODEL" --model wider || echo "status $?"
