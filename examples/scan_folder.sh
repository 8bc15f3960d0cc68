#!/usr/bin/env bash
# The main job: every document in a folder, one JSON record a page. Then what a program may do with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

ocrbatch scan documents --out results.jsonl

echo "== what was read"
jq -r '"\(.document) page \(.page) of \(.pages): \(.text | length) characters, confidence \(.confidence)"' results.jsonl

echo "== pages that speak of money"
jq -r 'select(.text | test("[£€]|TOTAL")) | "\(.document) page \(.page)"' results.jsonl

echo "== the line with the total, and where it is on the page"
jq -r '.document as $document | .blocks[]?.paragraphs[].lines[] | select(.text | startswith("TOTAL"))
       | "\($document): \(.text) at \(.bbox)"' results.jsonl
