# Every record, of pages that were read and of documents that failed, is what the shipped JSON Schema says.
[[ -x $TEST_PYTHON ]] || { echo "the tests' Python is not installed: scripts/setup --tests" >&2; exit 77; }
cp "$EXAMPLES"/documents/* .
: >empty.pdf
ocrbatch scan . --include '*' --model "$TEST_MODEL" --out out.jsonl --timings --quiet || [[ $? == 1 ]]
"$TEST_PYTHON" - "$SOURCE/docs/schema/record.schema.json" out.jsonl <<'PYTHON'
import json, sys
import jsonschema
validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
records = [json.loads(line) for line in open(sys.argv[2])]
for record in records:
    validator.validate(record)
print(len(records), sum(r["status"] == "error" for r in records), sum("timing_ms" in r for r in records))
PYTHON
