# What shards wrote is joined into what one run writes, byte for byte; what is missing is named, and only that is read again.
mkdir -p archive/a && for i in 1 2 3 4 5 6; do cp "$EXAMPLES/documents/minutes.tif" "archive/$i.tif"; done
cp "$EXAMPLES/documents/letter.png" archive/a/z.png
cp "$EXAMPLES/documents/letter.png" archive/a.png
printf 'not a page' >$'archive/torn\nname.pdf'
scan() { ocrbatch scan --model "$TEST_MODEL" --quiet "$@" 2>/dev/null || [[ $? == 1 || $? == 3 ]]; }
scan archive --out whole.jsonl
for i in 1 2 3; do scan archive --out "part-$i.jsonl" --shard "$i/3"; done
merge() { ocrbatch merge --out joined.jsonl "$@"; }
merge part-*.jsonl --input archive 2>/dev/null && cmp joined.jsonl whole.jsonl && echo "as one run"
merge part-3.jsonl part-1.jsonl part-2.jsonl 2>/dev/null && cmp joined.jsonl whole.jsonl && echo "without the input, too"
rm joined.jsonl

# One shard is not there: its documents are listed, a name with a line break among them, and nothing is written.
merge part-1.jsonl part-2.jsonl --input archive >missing 2>/dev/null || echo "status $?"
[[ ! -e joined.jsonl ]]
jq -r .document part-3.jsonl | sort -u | wc -l >lost
tr '\0' '\n' <missing | grep -c . | cmp - lost || tr '\0' '\n' <missing
scan - --out rest.jsonl <missing
merge part-1.jsonl part-2.jsonl rest.jsonl --input archive 2>/dev/null && cmp joined.jsonl whole.jsonl && echo "whole again"

# A page is missing; a document is there twice; a shard is damaged.
sed 2d whole.jsonl >hole.jsonl; sed '2{p;d}' whole.jsonl | head -c -5 >torn.jsonl
{ cat whole.jsonl; echo '{"schema":1}'; } >other.jsonl
rm joined.jsonl
merge hole.jsonl || echo "status $?"
merge hole.jsonl --allow-missing --quiet 2>/dev/null || cmp joined.jsonl hole.jsonl && echo "as it is"
merge whole.jsonl part-1.jsonl 2>&1 | tail -n 1 || echo "status $?"
merge torn.jsonl || echo "status $?"
merge other.jsonl || echo "status $?"
merge nothing.jsonl || echo "status $?"
