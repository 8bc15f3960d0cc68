# Confidences are fitted to labelled lines and kept in the model's folder; they change, and nothing that is read. Training
# ends with it.
draw() { "$SOURCE/tests/cli/data/draw_letters" "$@"; }
draw lines 120 abcd 7
cp -r "$TEST_MODEL-unsure" model
(cd model && sha256sum model.json weights.safetensors >SHA256SUMS)
read_lines() { ocrbatch scan lines --layout line --model ./model --out "$1" --state none --quiet "${@:2}"; }
words() { jq -c '[.document, (.blocks[].paragraphs[].lines[].words[] | [.text, .confidence])]' "$1"; }
texts() { jq -c '[.document, .text]' "$1"; }

read_lines before.jsonl
# The truth: what is read, where that is surer than half of all; every ninth line is turned round.
jq -rs 'def sure: [.blocks[].paragraphs[].lines[].words[].confidence] | min // 0;
  (map(sure) | sort | .[length / 2 | floor]) as $half | to_entries[]
  | [.value.document, if ((.value | sure >= $half) == (.key % 9 != 0)) and .value.text != "" then .value.text else "zz" end] | @tsv' before.jsonl |
  while IFS=$'\t' read -r image text; do printf '%s\n' "$text" >"${image%.pgm}.gt.txt"; done
ocrbatch eval --model ./model --data lines --json before.json >/dev/null
ocrbatch eval --model ./model --data lines --json after.json --calibrate 2>log | grep -E '^(words right|expected|AUROC)' | sed 's/[0-9.]*[0-9]/N/g'
grep -c 'model.json: confidence {"greedy":{"temperature":' log
jq -c '.confidence | map_values(keys)' model/model.json
ocrbatch models verify ./model | sed 's/weights .*/weights/'
jq -c '.confidence.calibration' before.json
jq -n -c --slurpfile before before.json --slurpfile after after.json '$before[0].confidence as $b | $after[0].confidence as $a
  | [$b.ece == $b.ece_uncalibrated, $a.ece_uncalibrated == $b.ece, $a.ece < $b.ece, $a.auroc == $b.auroc, $a.auroc > 0.6,
     $before[0].cer == $after[0].cer, ($a.mean - $a.right | fabs) < 0.02]'

read_lines after.jsonl
diff <(texts before.jsonl) <(texts after.jsonl) && echo "the same texts"
! cmp -s <(words before.jsonl) <(words after.jsonl) && echo "other confidences"
! cmp -s <(jq .provenance.settings before.jsonl) <(jq .provenance.settings after.jsonl) && echo "other settings"
# What rises with what: no order has changed, and a beam has a calibration of its own.
order() { jq -s -c '[.[] | .blocks[].paragraphs[].lines[].words[] | .confidence] | to_entries | sort_by(.value, .key) | map(.key)' "$1"; }
[[ $(order before.jsonl | jq length) == $(order after.jsonl | jq length) ]]
jq '.confidence.greedy == .confidence.beam' model/model.json

# By hand; and what makes no sense is refused.
jq -c '.confidence.greedy = {"temperature": 2, "offset": 0}' model/model.json >hand.json && cp hand.json model/model.json
rm model/SHA256SUMS
read_lines hand.jsonl
jq -s -c '[.[] | .blocks[].paragraphs[].lines[].words[].confidence | . >= 0 and . <= 1] | all' hand.jsonl
jq -c '.confidence.greedy.temperature = -1' hand.json >model/model.json
read_lines x.jsonl 2>&1 | grep -o 'confidence.greedy.temperature.*' || true
cp hand.json model/model.json
mkdir few && cp lines/1.* few && ocrbatch eval --model ./model --data few --calibrate 2>/dev/null || echo "status $?"
cmp model/model.json hand.json

# Training ends with it: a step that changes next to nothing gives the same model, calibrated on the same lines; of
# the words that a beam reads too few are right.
ocrbatch train --init-from "$TEST_MODEL-unsure" --train lines --val lines --out run --max-steps 1 --learning-rate 1e-9 --quiet \
  --set 'train.trainable=["head.*"]' train.threads=1 train.workers=1 train.amp=off 2>train.log
jq -c '.confidence | map_values(.temperature > 0 and .temperature != 1)' run/model/model.json
