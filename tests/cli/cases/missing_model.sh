# Status 5, the places that were searched, no output left behind.
status=0; ocrbatch scan "$EXAMPLES" --out out.jsonl --model no-such-model || status=$?
[[ $status == 5 ]]
status=0; ocrbatch scan "$EXAMPLES" --out out.jsonl --model ./no/such/folder || status=$?
[[ $status == 5 ]]
mkdir half && cp "$TEST_MODEL/model.json" half
status=0; ocrbatch scan "$EXAMPLES" --out out.jsonl --model half || status=$?
[[ $status == 5 ]]
cp "$TEST_MODEL/weights.safetensors" half && truncate -s 100 half/weights.safetensors
status=0; ocrbatch scan "$EXAMPLES" --out out.jsonl --model half || status=$?
[[ $status == 5 ]]
rm -r half
[[ -z $(ls -A) ]]
