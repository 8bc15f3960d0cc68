# Started with standard output closed: status 4 where results go there, no harm where they go to a file.
status=0; ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out - --quiet >&- || status=$?
echo "status $status"
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --quiet >&- 2>&- <&-
jq -c .status out.jsonl
