# One run, three formats, every page accounted for; the same run again gives the same bytes.
ocrbatch scan "$EXAMPLES/documents" --model "$TEST_MODEL" --out out.jsonl --hocr hocr --txt txt --stats stats.json 2>log
jq -r '"\(.document | split("/")[-1]) \(.page)/\(.pages) \(.status)"' out.jsonl
grep -q '^ocrbatch: 6 pages of 4 documents in .* pages/s' log
jq -c '[.documents, .pages_ok, .pages_failed, .errors, .model, .stopped]' stats.json
jq -e '.wall_seconds > 0 and .peak_rss_bytes > 0 and (.busy_seconds | keys | index("decode") != null)' stats.json
jq -c '.queues | map_values(.peak_pages >= 1 and .peak_pages <= 6 and .mean_pages <= .peak_pages)' stats.json
(cd hocr && find . -name '*.hocr' | sed 's|.*/||' | sort)
(cd txt && find . -name '*.txt' | sed 's|.*/||' | sort)
ocrbatch scan "$EXAMPLES/documents" --model "$TEST_MODEL" --out - --jobs 1 --quiet | cmp - out.jsonl
