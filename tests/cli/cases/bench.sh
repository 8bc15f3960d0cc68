# The figures of a small run: every stage has one, and the JSON says the same as the table.
ocrbatch bench "$EXAMPLES/documents" --model "$TEST_MODEL" --runs 2 --json figures.json --jobs 1 >table 2>log
grep -Eo '^[a-z/]+ |^  [a-z]+ ' table | tr -d ' '
jq -r '[.pages, .pages_failed, .jobs, (.runs | length), .model] | @tsv' figures.json
jq -e 'all(.runs[]; .pages_per_second > 0 and .core_ms_per_page.recognize > 0 and .core_ms_per_page.decode > 0)' figures.json
# Pages that cannot be read are named once, not once a run.
mkdir docs && cp "$EXAMPLES/documents/receipt.jpg" docs && echo nonsense >docs/broken.pdf
ocrbatch bench docs --model "$TEST_MODEL" --runs 3 >/dev/null 2>log
grep -c broken.pdf log
rm docs/receipt.jpg
ocrbatch bench docs --model "$TEST_MODEL" >/dev/null 2>log || echo "status $?"
ocrbatch bench "$EXAMPLES/documents" --model "$TEST_MODEL" --runs 0 2>log || echo "status $?"
ls
