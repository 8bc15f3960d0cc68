# OpenMP, which Tesseract and LibTorch use inside a page, adds no threads beyond --jobs.
for i in $(seq 20); do ln -s "$EXAMPLES/documents/minutes.tif" "$i.tif"; done
ocrbatch scan . --model "$TEST_MODEL" --out out.jsonl --jobs 2 --progress never --quiet &
process=$!
most=0
while kill -0 "$process" 2>/dev/null; do
  # Threads may end, and the process with them, while they are counted.
  threads=$(ls "/proc/$process/task" 2>/dev/null | wc -l) || true
  ((threads > most)) && most=$threads
  grep -qzx 'OMP_THREAD_LIMIT=1' "/proc/$process/environ" 2>/dev/null && limited=1
  sleep 0.05
done
wait "$process"
# The main thread may wait while two others work, and a helper may watch; OpenMP's teams would add more.
((most >= 2 && most <= 5)) || { echo "saw $most threads" >&2; exit 1; }
((limited == 1))
