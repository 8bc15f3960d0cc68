# A device that is not there: status 6. One that is: the same text whatever its name.
if ocrbatch --version | grep -q 'CUDA  *yes'; then echo "this build has CUDA" >&2; exit 77; fi
run() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --quiet "$@"; }
run --device cuda --out out.jsonl || echo "status $?"
run --device cuda:1 --out out.jsonl || echo "status $?"
run --device cpu --out - >cpu.jsonl
run --device auto --out - | cmp - cpu.jsonl
