# An existing file that is no output of ocrbatch is replaced when the run ends well, and stays as it was when it does not.
echo old >out.jsonl
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model ./none --out out.jsonl --quiet || echo "status $?"
cat out.jsonl
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --quiet
jq -c .status out.jsonl
ls -A
