#!/bin/bash
# usage: check_outputs.sh WRITERS_TEST SCHEMA
# Holds the sample run's records to the JSON Schema, and its hOCR files to hocr-check. Exits 77 (skipped) where
# `scripts/setup --tests` has not installed the tools.
set -euo pipefail
venv=${XDG_CACHE_HOME:-$HOME/.cache}/ocrbatch/venv/bin
if [[ ! -x $venv/python ]] || ! "$venv/python" -c 'import jsonschema' 2>/dev/null || [[ ! -x $venv/hocr-check ]]; then
  echo "skipped: jsonschema or hocr-check is not in $venv (run scripts/setup --tests)"
  exit 77
fi
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
OCRBATCH_SAMPLE_OUTPUT=$scratch "$1" --gtest_filter=Writers.RenderTheSampleRun --gtest_brief=1

"$venv/python" - "$2" "$scratch/run.jsonl" <<'PYTHON'
import json, sys
import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
records = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
assert len(records) == 5, len(records)
for record in records:
    validator.validate(record)

# The schema must be able to refuse: drop each key in turn, add one, break each type.
def refused(record):
    return not validator.is_valid(record)

for record in records:
    for key in record:
        if key != "timing_ms":
            assert refused({k: v for k, v in record.items() if k != key}), key
        assert refused({**record, key: {"unexpected": 1}}), key
    assert refused({**record, "extra": 1})
word = json.loads(json.dumps(records[0]))
word["blocks"][0]["paragraphs"][0]["lines"][0]["words"][0]["confidence"] = 1.5
assert refused(word)
print(f"{len(records)} records are as the schema says")
PYTHON

while IFS= read -r -d '' file; do
  cp "$file" "$scratch/checked.hocr"  # hocr-check itself stumbles over names that are not UTF-8
  report=$("$venv/hocr-check" "$scratch/checked.hocr" 2>&1) || { echo "$report"; echo "hocr-check failed on $file"; exit 1; }
  if grep -q '^not ok' <<<"$report"; then
    echo "$report"
    echo "hocr-check complains about $file"
    exit 1
  fi
  grep -q '^ok' <<<"$report" || { echo "$report"; echo "hocr-check checked nothing in $file"; exit 1; }
done < <(find "$scratch/hocr" -name '*.hocr' -print0)
echo "hocr-check passes"
