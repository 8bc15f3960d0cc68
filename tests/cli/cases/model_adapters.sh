# What a model differs in from its base, as a file, gives the model again; and LoRA can be merged where there is some.
echo '{"train": {}, "model": {"architecture": "mamba_ctc", "img_height": 16, "vocab": "letters.txt", "cnn_channels": [8, 8, 16],
  "cnn_blocks": [0, 0, 1], "mamba_d_model": 16, "mamba_layers": 1, "d_state": 4, "lora_rank": 2}}' >tuned.json
jq -r '.model.alphabet | map(if . == " " then "<space>" else . end) | join(" ")' "$TEST_MODEL/model.json" >letters.txt
mkdir lines
for name in a b; do
  cp "$EXAMPLES/documents/letter.png" "lines/$name.png"
  echo "abcde" >"lines/$name.gt.txt"
done
ocrbatch train --config tuned.json --init-from "$TEST_MODEL" --train lines --val lines --out run --max-steps 2 --quiet \
  --set 'train.trainable=["*.lora_*","head.*"]' train.threads=1 train.workers=1 train.amp=off
ocrbatch models delta run/model --base "$TEST_MODEL" --out delta.safetensors | sed "s|$TEST_MODEL|BASE|"
ocrbatch models apply delta.safetensors --base "$TEST_MODEL" --out again
cmp again/weights.safetensors run/model/weights.safetensors && cmp again/model.json run/model/model.json && echo "the same"
ocrbatch models merge again --out merged && jq -c '.model.lora_rank' merged/model.json
ocrbatch models merge merged --out twice 2>&1 || echo "status $?"
ocrbatch models apply delta.safetensors --base merged --out wrong 2>&1 | sed 's/[0-9a-f]\{64\}/SHA/g' || true
ocrbatch models delta run/model --out x 2>&1 || echo "status $?"
ocrbatch models average "$TEST_MODEL" "$TEST_MODEL" --out mean && cmp mean/weights.safetensors "$TEST_MODEL/weights.safetensors" &&
  jq -c '.training.average_of | length' mean/model.json
ocrbatch models average "$TEST_MODEL" run/model --out other 2>&1 | sed "s|$TEST_MODEL|BASE|" || true
ocrbatch models average "$TEST_MODEL" --out one 2>&1 || echo "status $?"
