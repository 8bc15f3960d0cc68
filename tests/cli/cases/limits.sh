# --max-megapixels and --max-memory have an effect.
run() { ocrbatch scan "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" --out - --quiet "$@" 2>/dev/null | jq -c '[.status, .error.code]'; }
set +o pipefail
run --max-megapixels 1
run --max-megapixels 3
ocrbatch scan "$EXAMPLES/documents" --model "$TEST_MODEL" --out small.jsonl --max-memory 1M --stats small.json --quiet
ocrbatch scan "$EXAMPLES/documents" --model "$TEST_MODEL" --out large.jsonl --max-memory 1G --stats large.json --quiet
jq -s '.[0].peak_bytes_in_flight < .[1].peak_bytes_in_flight' small.json large.json
