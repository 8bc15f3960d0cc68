# Status 3 when nothing at all could be read; the records are written all the same.
try() { rm -f out.jsonl; ocrbatch scan "$@" --model "$TEST_MODEL" --out out.jsonl --quiet || echo "status $?"; wc -l <out.jsonl; }
mkdir nothing
try no-such-file.pdf
try nothing
: >empty.pdf; echo text >note.png
try empty.pdf note.png
# An empty list is no mistake: `find` found nothing new tonight.
rm out.jsonl
ocrbatch scan - --model "$TEST_MODEL" --out out.jsonl --quiet </dev/null; wc -l <out.jsonl
