# Error rates of lines that are there, each line's reading in a table, the same figures as JSON; --beam and the language
# model change what is read.
mkdir lines text
for i in 1 2 3 4 5 6 7 8; do echo "abba dead cab, bed a bead; a dad: ace cede"; done >text/a.txt
ocrbatch synth --text "$EXAMPLES/text/letter.txt" --recipe "$SOURCE/configs/synth/latin.json" \
  --vocab "$SOURCE/configs/alphabets/latin.txt" --count 6 --height 16 --out lines 2>/dev/null || { echo "no fonts" >&2; exit 77; }
eval() { ocrbatch eval --model ./model --data lines "$@"; }
ocrbatch ngram --model "$TEST_MODEL-unsure" --text text --language-weight 2 --length-bonus 1 --out model >/dev/null
eval --beam 1 --readings greedy.tsv --json greedy.json | sed -n '/^[ ]*[0-9]* x /!s/[0-9.]*[0-9]/N/gp'
eval --readings beam.tsv --beam 8 --language-model off >/dev/null
eval --readings ngram.tsv --beam 8 >/dev/null
eval --readings off.tsv --beam 8 --language-weight 0 --length-bonus 0 >/dev/null
head -n 1 greedy.tsv
awk -F '\t' 'FNR > 1 && (NF != 4 || $4 < 0 || $4 > 1) {print "bad row", $0}' *.tsv
wc -l <greedy.tsv
tail -n +2 greedy.tsv | cut -f 2 | sort | diff - <(cat lines/*.gt.txt | sort)
! cut -f 3 beam.tsv | cmp -s - <(cut -f 3 ngram.tsv) || exit 1
cut -f 3 beam.tsv | cmp - <(cut -f 3 off.tsv)
! cut -f 3 greedy.tsv | cmp -s - <(cut -f 3 beam.tsv) || exit 1
jq -c '[.lines, (.cer > 0), (.lines_per_second > 0), .decoding]' greedy.json
