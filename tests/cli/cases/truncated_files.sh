# Every example cut at twenty places: each gets its records, all are of the schema's codes, and the whole ones beside them are
# read as ever.
for file in "$EXAMPLES"/documents/*; do
  name=$(basename "$file") bytes=$(stat -c %s "$file")
  mkdir -p docs/"$name"
  cp "$file" "docs/$name/whole-$name"
  for i in $(seq 0 19); do head -c $((bytes * i / 20)) "$file" >"docs/$name/$i-$name"; done
done
status=0; ocrbatch scan docs --model "$TEST_MODEL" --out out.jsonl --quiet 2>log || status=$?
echo "status $status"
jq -r .document out.jsonl | sort -u | wc -l
jq -c 'select(.document | test("/whole-")) | [.page, .status]' out.jsonl
jq -r 'select(.status == "error") | .error.code' out.jsonl | sort | uniq -c | awk '{print $2}'
# A worker under a sanitizer shows what libraries print.
[[ -z $SANITIZED ]] || sed -i "/^ocrbatch: /!d" log
[[ $(grep -c . log) == $(jq -c 'select(.status == "error")' out.jsonl | wc -l) ]] && echo "a line for each error"
