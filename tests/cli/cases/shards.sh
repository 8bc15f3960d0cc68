# The parts of an archive do not overlap and are the whole together, whichever way they are named.
for i in $(seq -w 12); do cp "$EXAMPLES/documents/letter.png" "$i.png"; done
mkdir docs && mv ./*.png docs
scan() { ocrbatch scan docs --model "$TEST_MODEL" --quiet --out "$@"; }
scan whole.jsonl
for i in 1 2 3; do scan 'part-{shard}.jsonl' --shard "$i/3" --stats 'stats-{shard}.json'; done
for i in 5 6 7; do
  SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_COUNT=3 scan "slurm-$i.jsonl" --shard auto
done
ls part-*.jsonl stats-*
cat part-*.jsonl | sort | cmp - <(sort whole.jsonl) && echo "the whole"
cat slurm-{5,6,7}.jsonl | cmp - <(cat part-000*.jsonl) && echo "the same parts"
# A part without a document is done.
ocrbatch scan docs/01.png --model "$TEST_MODEL" --quiet --out empty.jsonl --shard 1/1000 && wc -c <empty.jsonl
ocrbatch scan docs --out out.jsonl --shard 0/3
