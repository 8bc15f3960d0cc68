#!/usr/bin/env bash
# A list of paths comes in on standard input, records go out on standard output: ocrbatch in the middle of a pipe.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

find documents -name '*.tif' -print0 |
  ocrbatch scan - --out - --pages 1 --quiet |
  jq -r '.text' |
  head -n 5
