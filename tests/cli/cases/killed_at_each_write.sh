# SIGKILL before each call that changes a file, one run after the other: the next run puts everything right. So the
# instants that random kills rarely meet are met, too: between the output's new form and the state that knows it.
# Each call must also be allowed to fail: then status 4, one line, and nothing is lost.
[[ -z $SANITIZED ]] || { echo "the sanitizer's run-time is not made for LD_PRELOAD" >&2; exit 77; }
mkdir base && cd base
mkdir docs
page() { { printf 'P5 40 24 255\n'; head -c 960 /dev/zero | tr '\0' "$2"; } >"docs/$1.pgm"; }
page 1 A; page 2 B; page 3 C
scan() { (cd "$1" && shift && exec env "$@" ocrbatch scan docs --model "$TEST_MODEL" --layout line --jobs 1 \
  --out out.jsonl --txt txt --prune --quiet); }
cd ..
scan base
# What is to be done: documents that are new, copied, changed, moved and gone.
cd base
cp docs/1.pgm docs/4.pgm; page 2 D; mv docs/3.pgm docs/0.pgm; page 5 E
cd ..
fresh() { rm -rf "$1"; cp -a base "$1"; }
fresh expected
scan expected LD_PRELOAD="$FAULTS" FAULT_COUNT="$PWD/calls"
calls=$(<calls)
echo "$calls calls" >&2
((calls > 40))
same() {
  cmp expected/out.jsonl "$1/out.jsonl" && diff -r -x '.ocrbatch-*.tmp' expected/txt "$1/txt" &&
    [[ ! -e $1/out.jsonl.partial && ! -e $1/out.jsonl.new && ! -e $1/out.jsonl.lock ]]
}
step=${STEP:-3} first=$((RANDOM % ${STEP:-3} + 1))
kill_at_calls() {
  local call status
  for ((call = first; call <= calls; call += step)); do
    fresh killed
    status=0; scan killed LD_PRELOAD="$FAULTS" FAULT=KILL FAULT_AT=$call || status=$?
    [[ $status == 137 ]] || { echo "call $call: status $status instead of a kill"; return 1; }
    scan killed A=b
    same killed || { echo "killed at call $call: another output"; return 1; }
  done 2>/dev/null
}
# The disk is full, broken or read-only from some call on. What is called while the
# program winds up has nobody to be told of, so a failure there may go by.
codes=(ENOSPC EIO EROFS EDQUOT)
fail_at_calls() {
  local call status
  for ((call = first; call <= calls; call += step)); do
    fresh failed
    status=0
    scan failed LD_PRELOAD="$FAULTS" FAULT=${codes[call / step % 4]} FAULT_STICKY=1 FAULT_AT=$call 2>log || status=$?
    [[ $status == 4 || $status == 0 ]] || { echo "call $call: status $status instead of 4"; cat log; return 1; }
    [[ $status == 0 || $(grep -c '^ocrbatch: ' log) == 1 && $(wc -l <log) == 1 ]] ||
      { echo "call $call:"; cat log; return 1; }
    jq -e . failed/out.jsonl >/dev/null || return 1  # whole
    scan failed A=b
    same failed || { echo "failed at call $call: another output"; return 1; }
  done
}
# Beside one another: each keeps to one core.
kill_at_calls & killing=$!
fail_at_calls
wait $killing
