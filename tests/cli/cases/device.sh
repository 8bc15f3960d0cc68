# A device that is not there: status 6. One that is: the same text whatever its name.
if ocrbatch --version | grep -q 'CUDA  *yes'; then echo "this build has CUDA" >&2; exit 77; fi
try() { ocrbatch "$@" 2>&1 || echo "status $?"; }
run() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --quiet "$@"; }
try scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --device cuda
try scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --device cuda:1
try eval --model "$TEST_MODEL" --data nowhere --device cuda
try train --init-from "$TEST_MODEL" --train nowhere --val nowhere --out run --device cuda:0
try train --init-from "$TEST_MODEL" --train nowhere --val nowhere --out run --device cuda:999
try eval --model "$TEST_MODEL" --data nowhere --device gpu
try scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --device cuda:0,1
try scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl --device cuda:1,1
try eval --model "$TEST_MODEL" --data nowhere --device cuda:0,1
[[ ! -e run && ! -e out.jsonl ]] && echo "nothing written"
run --device cpu --out - >cpu.jsonl
run --device auto --out - --stats stats.json | cmp - cpu.jsonl
jq -c .devices stats.json
