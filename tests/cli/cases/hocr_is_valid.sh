# hocr-check (hocr-tools) accepts the hOCR, and it has the words of the JSON Lines, one for one.
[[ -x $(dirname "$TEST_PYTHON")/hocr-check ]] || { echo "hocr-check is not installed: scripts/setup --tests" >&2; exit 77; }
ocrbatch scan "$EXAMPLES/documents" --model "$TEST_MODEL" --out out.jsonl --hocr hocr --quiet
find hocr -name '*.hocr' | sort >files
while read -r file; do "$TEST_PYTHON" "$(dirname "$TEST_PYTHON")/hocr-check" "$file"; done <files
jq -r '.blocks[]?.paragraphs[].lines[].words[].text' out.jsonl >words.jsonl
"$TEST_PYTHON" - $(cat files) >words.hocr <<'PYTHON'
import sys
from lxml import etree
for name in sys.argv[1:]:
    for word in etree.parse(name, etree.HTMLParser(encoding="utf-8")).xpath("//*[@class='ocrx_word']"):
        print("".join(word.itertext()))
PYTHON
diff words.jsonl words.hocr >&2
