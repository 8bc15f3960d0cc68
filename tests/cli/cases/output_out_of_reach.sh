# A limit on the size of files, and an output folder that is removed during the run: status 4, one line, and the same
# command goes on, or begins again, when the reason is gone.
mkdir docs
for i in $(seq 12); do cp "$EXAMPLES/documents/minutes.tif" docs/$i.tif; done
scan() { local status=0; ocrbatch scan docs --model "$TEST_MODEL" --out "$1/out.jsonl" --quiet "${@:2}" 2>message || status=$?; echo "status $status"; cat message; }
mkdir expected small gone
scan expected
(ulimit -f 64; scan small)   # KiB: too few for the memory that workers share
(ulimit -f 64; scan small --isolation off)
[[ ! -e small/out.jsonl ]]
scan small
cmp expected/out.jsonl small/out.jsonl
(until [[ -e gone/out.jsonl.partial ]]; do sleep 0.01; done; until rm -r gone; do :; done) &   # before the model is loaded
scan gone
[[ ! -e gone ]]
mkdir gone
scan gone
cmp expected/out.jsonl gone/out.jsonl
