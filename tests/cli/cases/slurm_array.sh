# The job array of examples/slurm on a real cluster of two nodes, one of which dies in the middle: its tasks are started again
# on the other, and what all wrote, merged, is what one run writes.
cluster=$SOURCE/tests/support/slurm_cluster
"$cluster" start cluster || exit $?
trap '"$cluster" stop cluster' EXIT
source cluster/env

mkdir -p archive/{a,b} parts
for i in $(seq -w 160); do cp "$EXAMPLES/documents/letter.png" "archive/a/$i.png"; done
cp "$EXAMPLES"/documents/* archive/b/
export ARCHIVE=$PWD/archive PARTS=$PWD/parts OCRBATCH_OPTIONS="--model $TEST_MODEL --layout tesseract"
job=$(sbatch --parsable --array=0-3 --cpus-per-task=1 --mem=0 "$EXAMPLES/slurm/scan_archive.sbatch")
until [[ $(squeue -h -t R -o %N | sort -u | xargs) == "n1 n2" ]]; do sleep 0.2; done
until compgen -G 'parts/*.prom' >/dev/null; do sleep 0.1; done
sleep 3
"$cluster" kill cluster n1
# Slurm gives the node up after SlurmdTimeout, and would then let its jobs wait for two minutes.
for _ in $(seq 240); do
  scontrol -Q update jobid="$job" starttime=now 2>/dev/null || true
  # A controller that is too busy to answer is no empty queue.
  queued=$(squeue -h -j "$job" 2>&1) && [[ -z $queued ]] && break
  sleep 0.5
done
requeued=$(grep -c requeue cluster/slurmctld.log || true)
((requeued > 0)) && echo "tasks were started again"
ls parts/*.jsonl

"$EXAMPLES/slurm/merge_parts.sh" "$ARCHIVE" parts joined.jsonl 2>/dev/null
ocrbatch scan archive --model "$TEST_MODEL" --layout tesseract --out whole.jsonl --quiet
# The array's records have the archive's absolute name.
if sed "s|\"document\":\"$PWD/archive|\"document\":\"archive|" joined.jsonl | cmp - whole.jsonl; then
  echo "as one run"
else
  tail -n 50 parts/*.log cluster/slurmctld.log >&2
fi
