#!/bin/bash
# merge_parts.sh ARCHIVE PARTS OUT: joins what the job array wrote. Documents that no part has (a node was lost for good, or
# they came later) are read here first.
set -euo pipefail
archive=$1 parts=$2 out=$3
missing=$(mktemp)
trap 'rm -f "$missing"' EXIT
if ! ocrbatch merge "$parts"/*.jsonl --input "$archive" --out "$out" >"$missing"; then
  [[ -s $missing ]] || exit 1
  ocrbatch scan - --out "$parts/rest.jsonl" <"$missing" || [[ $? == 1 ]]
  ocrbatch merge "$parts"/*.jsonl --input "$archive" --out "$out"
fi
