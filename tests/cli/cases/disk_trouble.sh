# A disk that fills, and one that becomes read-only: status 4, one line, and when there is room
# again the same command goes on.
[[ $(id -u) == 0 ]] && unshare --mount true 2>/dev/null || { echo "needs to mount a file system" >&2; exit 77; }
mkdir docs disk
for i in 1 2 3 4 5 6; do cp "$EXAMPLES/documents/minutes.tif" docs/$i.tif; done
export -n EXAMPLES
scan() { local status=0; ocrbatch scan docs --model "$TEST_MODEL" --out "$1/out.jsonl" --max-memory 64M --quiet 2>message || status=$?; echo "status $status"; cat message; }
scan .
cat >inner.sh <<'INNER'
set -euo pipefail
scan() { local status=0; ocrbatch scan docs --model "$TEST_MODEL" --out disk/out.jsonl "$@" --max-memory 64M --quiet 2>message || status=$?; echo "status $status"; cat message; }
mount -t tmpfs -o size=300k none disk
head -c 180000 /dev/zero >disk/filler
scan                            # full from the start, or soon after
[[ ! -e disk/out.jsonl ]]
rm disk/filler
scan                            # room for the records
cmp out.jsonl disk/out.jsonl
cp "$SOURCE/examples/documents/report.pdf" docs/0.pdf
head -c 300k /dev/zero >disk/filler 2>/dev/null || true
scan                            # none for the new ones
cmp out.jsonl disk/out.jsonl
mount -o remount,ro disk
scan
mount -o remount,rw disk
rm disk/filler
scan --state none               # nor for a second copy, were it larger
umount disk
INNER
unshare --mount bash inner.sh
