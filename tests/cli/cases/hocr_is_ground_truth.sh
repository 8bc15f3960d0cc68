# What scan --hocr writes goes back in as ground truth: every line of every page, PDF and TIFF included.
ocrbatch models show latin-fast >/dev/null 2>&1 || { echo "the model latin-fast is not there" >&2; exit 77; }
cp "$EXAMPLES"/documents/* .
ocrbatch scan . --out out.jsonl --hocr . --quiet
lines=$(jq -s '[.[].blocks[]?.paragraphs[].lines[] | select(.text != "")] | length' out.jsonl)
ocrbatch eval --data . --json eval.json >/dev/null
[[ $(jq .lines eval.json) == "$lines" && $(jq .lines_left_out eval.json) == 0 ]]
# The model reads what it read before: lines are cut alike.
jq -e '.cer < 0.01' eval.json >/dev/null
# A corrected word counts.
sed -i '0,/>[A-Za-z]*<\/span>/s/>[A-Za-z]*<\/span>/>corrected<\/span>/' letter.png.hocr
ocrbatch eval --data letter.png --json letter.json >/dev/null
jq -e '.lines_right < 1' letter.json >/dev/null
# Truth in another folder names its document.
mkdir elsewhere && ocrbatch scan report.pdf --out - --hocr elsewhere --quiet >/dev/null
ocrbatch eval --data elsewhere/report.pdf.hocr | head -n 1 >moved
grep -q '^lines [1-9]' moved
