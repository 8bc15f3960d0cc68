# --log-format json: an object a line on standard error, failures with what they are about in fields of their own.
printf 'not a page' >$'torn\nname.pdf'
status=0; ocrbatch scan $'torn\nname.pdf' "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" --out out.jsonl --log-format json 2>log || status=$?
jq -c 'select(.level == "error") | del(.time)' log
jq -r 'select(.level == "info") | .message' log | grep -c '^1 page of 2 documents'
jq -r .time log | grep -vcE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$' || true
# What ends the run is an object, too; and as text the name stays on one line.
ocrbatch scan "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" --out nowhere/out.jsonl --log-format json 2>&1 | jq -c '[.level, .message]' || true
ocrbatch scan $'torn\nname.pdf' --model "$TEST_MODEL" --out other.jsonl --quiet 2>&1 | sed 's/: [^:]*$//' || true
exit $status
