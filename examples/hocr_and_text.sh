#!/usr/bin/env bash
# hOCR for viewers and converters, plain text for grep: a file a document, in folders that mirror the input.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

ocrbatch scan documents --hocr hocr --txt txt --quiet

find hocr txt -type f | sort
grep --recursive --count 'bridge' txt || true
