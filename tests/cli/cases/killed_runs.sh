# SIGKILL at random moments, then the same command: what comes out in the end is byte for byte what an undisturbed run
# gives, in every format. KILLS sets how many; SEED repeats a sequence.
kills=${KILLS:-12}
seed=${SEED:-$((RANDOM))}
RANDOM=$seed
echo "$kills kills with SEED=$seed" >&2

mkdir -p docs/{a,b} && cd docs
for i in 1 2 3 4 5 6; do cp "$EXAMPLES/documents/minutes.tif" "a/$i.tif"; cp "$EXAMPLES/documents/receipt.jpg" "b/$i.jpg"; done
# A long document, in the midst of which most runs end.
pdfunite "$EXAMPLES"/documents/report.pdf "$EXAMPLES"/documents/report.pdf "$EXAMPLES"/documents/report.pdf \
  "$EXAMPLES"/documents/report.pdf "$EXAMPLES"/documents/report.pdf "$EXAMPLES"/documents/report.pdf long.pdf
head -c 3000 long.pdf >broken.pdf
: >empty.tif
head -c 9000 a/1.tif >a/cut.tif
cp a/1.tif $'new\nline \xff.tif'
cd ..

# Few pages in flight, so that there is something finished when the signal comes.
scan() { exec ocrbatch scan docs --max-memory 64M --model "$TEST_MODEL" --out "$1/out.jsonl" --hocr "$1/hocr" --txt "$1/txt" --quiet 2>>log; }
mkdir whole killed
start=$(date +%s%N)
status=0; (scan whole) || status=$?
[[ $status == 1 ]]
run_ms=$((($(date +%s%N) - start) / 1000000))

done_runs=0
check() {
  cmp whole/out.jsonl killed/out.jsonl
  diff -r -x '.ocrbatch-*.tmp' whole/hocr killed/hocr
  diff -r whole/txt killed/txt -x '.ocrbatch-*.tmp'
  [[ ! -e killed/out.jsonl.partial && ! -e killed/out.jsonl.new && ! -e killed/out.jsonl.lock ]]
  done_runs=$((done_runs + 1))
}
for ((kill = 0; kill < kills; ++kill)); do
  scan killed &
  delay_ms=$((RANDOM * 32768 + RANDOM))
  delay_ms=$((delay_ms % (run_ms * 5 / 4)))
  sleep "$((delay_ms / 1000)).$(printf %03d $((delay_ms % 1000)))"
  kill -KILL $! 2>/dev/null || true
  status=0; wait $! || status=$?
  if [[ $status != 137 ]]; then  # it was done before
    ((status <= 1))
    check
    rm -r killed && mkdir killed
  fi
done 2>/dev/null
status=0; (scan killed) || status=$?
((status <= 1))  # 0: the last kill came when all was written, and nothing failed since
check
echo "$kills kills, $done_runs runs came to their end" >&2
