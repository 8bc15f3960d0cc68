# --dpi decides at what size PDF pages are rendered; images keep theirs.
ocrbatch scan "$EXAMPLES/documents/report.pdf" --model "$TEST_MODEL" --out - --quiet --dpi 100 --pages 1 | jq -c '[.width, .height, .dpi]'
ocrbatch scan "$EXAMPLES/documents/letter.png" --model "$TEST_MODEL" --out - --quiet --dpi 100 | jq -c '[.width, .height, .dpi]'
