# --layout fast, the default, finds the lines that Tesseract finds on a plain letter, by other means: its boxes are not
# the same.
boxes() {
  ocrbatch scan "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" "$@" --out - --quiet |
    jq -c '[.blocks[].paragraphs[].lines[].bbox]'
}
boxes >default
boxes --layout fast >fast
boxes --layout tesseract >tesseract
cmp default fast && jq length fast
[[ $(jq length fast) == $(jq length tesseract) ]] && echo "as many lines"
cmp -s fast tesseract || echo "other boxes"
