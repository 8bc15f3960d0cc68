# A model learns a new letter without forgetting the old ones, and takes its base's place.
draw() { "$SOURCE/tests/cli/data/draw_letters" "$@"; }
draw old 24 abc 1; draw old-val 12 abc 2; draw mine 24 abcd 3; draw mine-val 12 abcd 4
printf 'a b c\n' >letters.txt
cat >base.json <<'JSON'
{"model": {"architecture": "mamba_ctc", "img_height": 16, "img_width": 512, "vocab": "letters.txt",
           "cnn_channels": [8, 8, 16], "cnn_blocks": [0, 0, 1], "mamba_d_model": 16, "mamba_layers": 1, "d_state": 4},
 "train": {"batch_size": 8, "max_steps": 240, "learning_rate": 0.01, "ema_decay": 0.9, "amp": "off",
           "validate_every_steps": 80, "checkpoint_every_steps": 0, "threads": 1, "workers": 1}}
JSON
ocrbatch train --config base.json --train old --val old-val --out base 2>log || { cat log >&2; exit 1; }
mkdir models && cp -r base/model models/letters
export OCRBATCH_MODELS=$PWD/models

# The base's network and defaults, its alphabet and what is new; a quarter of the lines are old ones.
tune() {
  ocrbatch train --init-from letters --extend-alphabet --train mine --val mine-val --rehearsal 0.25 --rehearsal-data old \
    --base-val old-val --learning-rate 0.01 --set train.threads=1 train.workers=2 train.amp=off train.patience=0 "$@" 2>log ||
    { cat log >&2; exit 1; }
}
tune --out tuned --epochs 40
jq -c '.model.alphabet, .training.rehearsal, .training.base_validation, .training.train.batch_size' tuned/model/model.json
grep -o 'the alphabet grows by .*' log | sed 's/[0-9]* x/N x/'
grep -oE 'base lines, before the first step: CER [0-9.]+ % of 12 lines' log | sed 's/[0-9.]* %/P %/'
grep -cE 'base lines: CER [0-9.]+ % · [0-9.]+ % before the first step' log >/dev/null && echo shown
awk -F, 'NR == 1 {print $10} NR > 1 && $6 != "" && $10 == "" {print "no base_cer at step " $1}' tuned/curve.csv
# An epoch is 24 lines of mine and 8 old ones: 2 steps of 16.
awk -F, 'END {print $1}' tuned/curve.csv
grep -c '<h2>' tuned/report.html
for text in 'rehearsal.share' 'base lines' 'before the first step' 'init_from_sha256'; do grep -q "$text" tuned/report.html || echo "no $text"; done

# The same run has the same losses; one that is resumed remembers where the base stood.
tune --out again --max-steps 80 && diff <(cut -d, -f1-4,10 tuned/curve.csv) <(cut -d, -f1-4,10 again/curve.csv) && echo repeats
rm again/report.html && tune --out again --max-steps 82 --resume && grep -q 'that CER before the first step' again/report.html

# The gate.
fails() { status=0; "$@" || status=$?; echo "status $status"; }
promote() { fails ocrbatch models promote "$@" | sed -E "s#$PWD/##g; /^status/! s/[-+]?[0-9]+(\.[0-9]+)?/N/g"; }
promote tuned/model --as letters --val mine-val --base-val old-val --margin 20
ocrbatch models list | awk '{print $1}' | grep letters
ocrbatch models verify letters | sed 's/; weights.*//'
jq -c 'keys' models/letters/promotion.json
promote base/model --as letters --val mine-val --base-val old-val
labels() { jq '.model.alphabet | length' "$1/model.json"; }
labels models/letters
ocrbatch models restore letters | sed "s#$PWD/##g" && labels models/letters

# Better on new lines, but no longer reading what the old one reads: lines whose truth is the old one's reading.
draw as-before 12 abcd 5
ocrbatch scan as-before --layout line --model letters --out readings.jsonl --quiet
jq -r '[.document, .text] | @tsv' readings.jsonl | while IFS=$'\t' read -r image text; do
  printf '%s\n' "$text" >"${image%.pgm}.gt.txt"
done
promote letters.previous --as letters --val mine-val --base-val as-before
labels models/letters

ocrbatch models promote --help | grep -E '^ +--as'

# What makes no sense is said.
bad() { fails ocrbatch "$@" 2>&1 | grep -v 'lists what can be written'; }
bad train --train mine --val mine-val --out x
bad train --config base.json --train mine --val mine-val --out x --extend-alphabet
bad train --config base.json --train mine --val mine-val --out x --rehearsal 0.5
bad train --init-from letters --train mine --val mine-val --out x --rehearsal 1
bad train --init-from letters --train mine --val mine-val --out x --rehearsal-data old
bad train --config base.json --train old --val old-val --out nowhere --resume --quiet
mkdir damaged && head -c 2000 base/checkpoint.safetensors >damaged/checkpoint.safetensors
bad train --config base.json --train old --val old-val --out damaged --resume --quiet
bad train --config base.json --set model.d_state=2 --train old --val old-val --out base --resume --quiet
bad models promote base/model --as leters --val mine-val --base-val old-val
bad models promote letters --as letters --val mine-val --base-val old-val
bad models promote base/model --as letters --val mine-val
rm -r models/letters.previous && bad models restore letters | sed "s#$PWD/##g"
