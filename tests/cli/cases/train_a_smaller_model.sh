# A smaller model begins with a larger one's channels and learns what that one reads.
draw() { "$SOURCE/tests/cli/data/draw_letters" "$@"; }
draw lines 24 abc 1; draw val 12 abc 2
printf 'a b c\n' >letters.txt
printf 'a b c d\n' >more.txt
config() {
  cat <<JSON
{"model": {"architecture": "mamba_ctc", "img_height": 16, "img_width": 512, "vocab": "$1",
           "cnn_channels": $2, "cnn_blocks": [0, 0, 1], "mamba_d_model": $3, "mamba_layers": 1, "d_state": 4},
 "train": {"batch_size": 8, "max_steps": 240, "learning_rate": 0.01, "ema_decay": 0.9, "amp": "off",
           "validate_every_steps": 80, "checkpoint_every_steps": 0, "threads": 1, "workers": 1}}
JSON
}
config letters.txt '[12, 16, 24]' 32 >large.json
config letters.txt '[8, 8, 16]' 16 >small.json
config more.txt '[8, 8, 16]' 16 >other.json
ocrbatch train --config large.json --train lines --val val --out large 2>log || { cat log >&2; exit 1; }
ocrbatch train --config small.json --init-from large/model --teacher large/model --train lines --val val --out small 2>log ||
  { cat log >&2; exit 1; }
jq -c '.model.cnn_channels, .model.mamba_d_model, (.training.teacher | keys), .training.train.distillation' small/model/model.json
grep -q 'teacher.sha256' small/report.html || echo 'no teacher in the report'
cer() { ocrbatch eval --model "$1/model" --data val 2>/dev/null | sed -n 's/^CER *\([0-9.]*\).*/\1/p'; }
awk -v large="$(cer large)" -v small="$(cer small)" 'BEGIN {print (small <= large + 5) ? "reads as well" : "large " large " small " small}'

bad() {
  status=0
  ocrbatch "$@" 2>log || status=$?
  sed 's/ in [^ ]*models, .*//' log
  echo "status $status"
}
bad train --config other.json --teacher large/model --train lines --val val --out x --quiet
bad train --config small.json --teacher nowhere --train lines --val val --out x --quiet
