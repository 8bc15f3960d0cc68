# Whatever is wrong with a file costs that file alone: an error record with a code, one line on standard error, status 1.
head -c 3000 "$EXAMPLES/documents/report.pdf" >truncated.pdf
head -c 500 "$EXAMPLES/documents/letter.png" >truncated.png
: >empty.tif
echo "Dear diary" >note.pdf
cp "$EXAMPLES/documents/receipt.jpg" 'a receipt "ünïcode".png'
cp "$SOURCE/tests/cli/data/encrypted.pdf" .
status=0
ocrbatch scan 'a receipt "ünïcode".png' empty.tif encrypted.pdf no-such-file.pdf note.pdf truncated.pdf truncated.png \
  --model "$TEST_MODEL" --out out.jsonl 2>log || status=$?
echo "status $status"
jq -r '"\(.document) \(.page) \(.status) \(.error.code // "")"' out.jsonl
# Each error has its line.
[[ $(jq -s 'map(select(.status == "error")) | length' out.jsonl) == $(grep -c '^ocrbatch: [^ ].*: [a-z_]*: ' log) ]]
