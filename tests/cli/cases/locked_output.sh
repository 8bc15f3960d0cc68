# Two runs on one output: the second ends at once with status 7 and says who holds it. A lock whose holder was killed is
# taken over.
for i in $(seq -w 100); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --out out.jsonl --jobs 1 --quiet &
holder=$!
until [[ -s out.jsonl.lock ]]; do sleep 0.05; done
try() { local status=0; ocrbatch scan 001.tif --model "$TEST_MODEL" --quiet "$@" 2>message || status=$?; echo "status $status"; sed "s/process $holder on [^ ]* since [-0-9]* [:0-9]* [-+0-9]*: .*--out out.jsonl --jobs 1/HOLDER/" message; }
try --out out.jsonl
try --out out.jsonl --state none
try --out out.jsonl --dry-run
ln -s out.jsonl link.jsonl; : >>out.jsonl
try --out link.jsonl
try --out other.jsonl --state out.jsonl.state
kill -KILL $holder; wait $holder 2>/dev/null || true
[[ -s out.jsonl.lock ]]
try --out out.jsonl
[[ ! -e out.jsonl.lock ]]
