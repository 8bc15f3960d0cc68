# Status 4, one line that says why, and nothing half-written.
run() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --quiet "$@" || echo "status $?"; }
mkdir folder; touch file
run --out no/such/folder/out.jsonl
run --out folder
run --out /dev/full
run --out - >/dev/full 2>>log || true
run --hocr file
run --txt file/below
run --out out.jsonl --stats no/such/folder/stats.json
ls -A
