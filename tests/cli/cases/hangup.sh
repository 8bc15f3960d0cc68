# SIGHUP, as a closed terminal sends it, does not end a run.
for i in $(seq -w 20); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
set -m
ocrbatch scan . --model "$TEST_MODEL" --layout tesseract --out out.jsonl --jobs 1 --quiet &
set +m
sleep 2
kill -HUP $!
wait $!
jq -s length out.jsonl
