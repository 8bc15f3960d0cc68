# --timings adds a key to each page's record; without it there is none.
run() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out - --quiet "$@" | jq -c '.timing_ms | if . == null then null else keys end'; }
run
run --timings
