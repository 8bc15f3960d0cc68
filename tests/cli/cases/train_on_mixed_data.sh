# Two weighted sources (pages with hOCR, a list with damage in it), a report on them, and a cache.
bars() {  # bars SEED: a line image, as PGM
  awk -v seed="$1" 'BEGIN { srand(seed); for (x = 0; x < 160; x++) ink[x] = rand() < 0.5
    print "P2\n160 24\n255"
    for (y = 0; y < 24; y++) for (x = 0; x < 160; x++) print (y > 4 && y < 19 && x > 5 && x < 155 && ink[x] ? 0 : 255) }'
}
mkdir pages lines held-out
cp "$EXAMPLES"/documents/report.pdf "$EXAMPLES"/documents/minutes.tif pages
(cd pages && ocrbatch scan . --model "$TEST_MODEL" --out /dev/null --hocr . --quiet)
for i in 1 2 3 4 5 6; do bars $i >"lines/$i.pgm"; done
printf '%s\n' '1.pgm abba' '2.pgm cab z' '3.pgm' '4.pgm deed' '5.pgm '"$(printf 'ab%.0s' {1..200})" 'gone.pgm dab' >lines/list
printf '4.pgm x\n' >>lines/list && printf 'not an image' >lines/4.pgm
cp lines/1.pgm held-out/a.pgm && echo abba >held-out/a.gt.txt
cp lines/6.pgm held-out/b.pgm && echo bead >held-out/b.gt.txt
printf '<space> a b c d e é ß < & "\n' >letters.txt
cat >config.json <<'JSON'
{"model": {"architecture": "mamba_ctc", "img_height": 16, "img_width": 512, "vocab": "letters.txt",
           "cnn_channels": [8, 8, 16], "cnn_blocks": [0, 0, 1], "mamba_d_model": 16, "mamba_layers": 1, "d_state": 4},
 "train": {"batch_size": 4, "max_steps": 6, "amp": "off", "log_every_steps": 2, "validate_every_steps": 6,
           "checkpoint_every_steps": 4, "threads": 1, "workers": 2}}
JSON
train() { ocrbatch train --config config.json --train pages@3 lines/list@1 --val held-out "$@" 2>log; }
losses() { cut -d, -f1,2,4,6 "$1/curve.csv"; }

train --out plain
head -n 1 plain/curve.csv
jq -c '[.. | objects | .data? // empty]' plain/model/model.json
jq -c 'select(.kind == "source" and .source == "lines/list") | [.use, .lines, .problems]' plain/data_report.jsonl
jq -c 'select(.kind == "character") | [.character, .count, .text]' plain/data_report.jsonl
jq -c 'select(.kind == "duplicate" or .kind == "unreadable") | [.kind, .line]' plain/data_report.jsonl

# Stored lines give the same run.
train --out cached --cache lines.cache && grep -c 'storing the prepared lines$' log
diff <(losses plain) <(losses cached)
train --out again --cache lines.cache && grep -c 'taken from there' log
diff <(losses plain) <(losses again)

# A damaged cache, and changed data: stored anew, with one line about it.
truncate -s -1 lines.cache && train --out again --cache lines.cache && grep -c 'is damaged; storing' log
touch lines/1.pgm && train --out again --cache lines.cache && grep -c 'is of other data.*storing' log

fails() { status=0; "$@" || status=$?; echo "status $status"; }
fails train --out strict --strict
grep -c -- '--strict: .* findings' log
[[ ! -e strict/model && -s strict/data_report.jsonl ]]
printf 'gone.pgm a\n' >lines/none && fails ocrbatch train --config config.json --train lines/none --val held-out --out none 2>log
grep -o 'none of its 1 lines can be used (1 cannot be read)' log
fails ocrbatch train --config config.json --train pages@0 --val held-out --out bad 2>log; head -n 1 log
fails ocrbatch train --config config.json --train pages --val held-out@2 --out bad 2>log; head -n 1 log
# What exists with an @ in its name is that.
cp -r held-out held@2 && ocrbatch eval --model "$TEST_MODEL" --data held@2 lines/list >rates 2>log || echo "status $?"
grep -E '^lines [0-9]|^lines left|^CER .* lines of' rates | sed 's/^CER [0-9.]* %/CER/'
