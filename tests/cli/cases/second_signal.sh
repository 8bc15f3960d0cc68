# The second signal does not wait for the pages in hand.
for i in $(seq -w 400); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
set -m
ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --out out.jsonl --jobs 1 --quiet &
set +m
sleep 4
kill -INT $! && sleep 0.05 && kill -TERM $! 2>/dev/null || true
status=0; wait $! || status=$?
[[ $status == 143 || $status == 130 ]]   # 130: it was faster than the second signal
