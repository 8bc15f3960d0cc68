# --layout line takes the whole image as one line, blank or not.
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --layout line --out - --quiet |
  jq -c '[.blocks[].paragraphs[].lines[]] | length'
