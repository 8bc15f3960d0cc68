# Memory is refused at one place after the other: the run ends with a status of its list and at most one line, or goes on,
# and in either case the next run makes the output whole.
[[ -z $SANITIZED ]] || { echo "the sanitizer's run-time is not made for LD_PRELOAD" >&2; exit 77; }
mkdir docs
for i in 1 2 3; do { printf 'P5 40 24 255\n'; head -c 960 /dev/zero | tr '\0' "$i"; } >"docs/$i.pgm"; done
scan() { env "$@" ocrbatch scan docs --model "$TEST_MODEL" --layout line --jobs 1 --out out.jsonl --quiet --retry; }
scan A=b && mv out.jsonl expected.jsonl && rm out.jsonl.*
export FAULT_CALLS=allocate FAULT_BYTES=${BYTES:-1024}
scan LD_PRELOAD="$FAULTS" FAULT_COUNT="$PWD/calls"
calls=$(<calls)
echo "$calls allocations" >&2
((calls > 100))
tries=${TRIES:-25}
for ((i = 0; i < tries; ++i)); do
  at=$((RANDOM * 32768 % calls + RANDOM % calls)); at=$((at % calls + 1))
  rm -f out.jsonl*
  status=0; scan LD_PRELOAD="$FAULTS" FAULT=ENOMEM FAULT_AT=$at 2>log || status=$?
  case $status in 0 | 1 | 3 | 4 | 5 | 70) ;; *) echo "allocation $at: status $status"; cat log; exit 1 ;; esac
  [[ $(wc -l <log) -le 3 ]] || { echo "allocation $at:"; cat log; exit 1; }
  scan A=b 2>/dev/null
  cmp out.jsonl expected.jsonl || { echo "allocation $at: another output"; exit 1; }
done
