# Each architecture's own configuration: a step of training, then a real page with the model that it left.
mkdir pages
cp "$EXAMPLES/documents/receipt.jpg" pages
(cd pages && ocrbatch scan . --model "$TEST_MODEL" --out /dev/null --hocr . --quiet)
for name in latin_fast latin_base chinese_fast resnet34_mamba_base cnn_bilstm_ctc crnn_ctc crnn_attention; do
  ocrbatch train --config "$SOURCE/configs/$name.json" --train pages --val pages --out "$name" --max-steps 1 --quiet \
    --set train.batch_size=2 train.validation_lines=1 train.amp=off train.threads=1 train.workers=1
  ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$name/model" --min-confidence 0 --out "$name.jsonl" --quiet
  jq -r --arg name "$name" '[$name, .status] | @tsv' "$name.jsonl"
done
# The frozen backbone is the base's.
ocrbatch train --config "$SOURCE/configs/resnet34_mamba_lora.json" --init-from resnet34_mamba_base/model --train pages --val pages \
  --out resnet34_mamba_lora --max-steps 1 --quiet \
  --set train.batch_size=2 train.validation_lines=1 train.amp=off train.threads=1 train.workers=1
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model resnet34_mamba_lora/model --min-confidence 0 --out lora.jsonl --quiet
jq -r '["resnet34_mamba_lora", .status] | @tsv' lora.jsonl
