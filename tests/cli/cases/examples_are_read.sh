# The default model reads the examples: nearly every word of the texts that they were drawn from is found.
ocrbatch models show latin-fast >/dev/null 2>&1 || { echo "the model latin-fast is not there" >&2; exit 77; }
ocrbatch scan "$EXAMPLES" --out out.jsonl --quiet
for name in letter.png minutes.tif receipt.jpg report.pdf; do
  words() { tr -s '[:space:]' '\n' | sort; }
  cat "$EXAMPLES/text/${name%%.*}"*.txt | words >wanted
  jq -r --arg name "$name" 'select(.document | endswith($name)) | .text' out.jsonl | words >found
  total=$(wc -l <wanted)
  missing=$(comm -23 wanted found | wc -l)
  echo "$name: $missing of $total words not found: $(comm -23 wanted found | tr '\n' ' ')" >&2
  ((missing * 10 <= total))
done
