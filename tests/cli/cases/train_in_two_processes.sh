# RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT make two runs of `train` one: its losses, its end, its failures.
bars() {  # bars SEED: a line image, as PGM
  awk -v seed="$1" 'BEGIN { srand(seed); for (x = 0; x < 160; x++) ink[x] = rand() < 0.5
    print "P2\n160 24\n255"
    for (y = 0; y < 24; y++) for (x = 0; x < 160; x++) print (y > 4 && y < 19 && x > 5 && x < 155 && ink[x] ? 0 : 255) }'
}
mkdir lines
for i in 1 2 3 4 5 6 7 8; do bars $i >"lines/$i.pgm"; done
printf '%s\n' '1.pgm abba' '2.pgm cab' '3.pgm ab' '4.pgm dead' '5.pgm bead' '6.pgm dab' '7.pgm a' '8.pgm deed' >lines/list
printf 'a b c d e\n' >letters.txt
cat >config.json <<'JSON'
{"model": {"architecture": "mamba_ctc", "img_height": 16, "img_width": 512, "vocab": "letters.txt",
           "cnn_channels": [8, 8, 16], "cnn_blocks": [0, 0, 1], "mamba_d_model": 16, "mamba_layers": 1, "d_state": 4,
           "dropout": 0},
 "train": {"batch_size": 2, "learning_rate": 0.001, "max_steps": 8, "amp": "off", "log_every_steps": 1,
           "validate_every_steps": 4, "checkpoint_every_steps": 1000, "threads": 1, "workers": 1}}
JSON
data=(--config config.json --train lines/list --val lines/list)
# A port that nobody listens on.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
export MASTER_ADDR=127.0.0.1 MASTER_PORT OCRBATCH_PEER_TIMEOUT=60
MASTER_PORT=$(free_port)
# In the background only: replaces the shell, so that $! is the program's.
process() { exec env RANK="$1" WORLD_SIZE=2 ocrbatch train "${data[@]}" "${@:2}" 2>"log$1"; }
statuses() {  # statuses PID...: how they ended
  local status pid
  for pid; do status=0; wait "$pid" || status=$?; printf '%s ' "$status"; done
  echo
}
losses() { cut -d, -f1,2,4 "$1/curve.csv"; }
# Sums are taken in another order: the last digits may differ.
same() {
  paste -d, <(losses "$1") <(losses "$2") | awk -F, 'NR > 1 && ($1 != $4 || $2 != $5 || ($3 - $6)^2 > 1e-6 * $3^2) { exit 1 }'
}

ocrbatch train "${data[@]}" --out one --batch-size 4 2>log
process 0 --out two & first=$!
process 1 --out other & second=$!
statuses $first $second
same one two && wc -l <two/curve.csv
ls two
[[ ! -e other && ! -s log1 ]]

# A signal to one of them stops both, with a checkpoint from which both go on.
long=(--set train.max_steps=100000 train.validate_every_steps=100000)
process 0 --out stopped "${long[@]}" & first=$!
process 1 --out stopped "${long[@]}" & second=$!
until [[ -s stopped/curve.csv ]] && (($(wc -l <stopped/curve.csv) > 4)); do sleep 0.1; done
kill -TERM $second
statuses $first $second
steps=$(tail -n 1 stopped/curve.csv | cut -d, -f1)
more=(--set train.max_steps=$((steps + 2)) --resume)
process 0 --out stopped "${more[@]}" & first=$!
process 1 --out stopped "${more[@]}" & second=$!
statuses $first $second
[[ $(tail -n 1 stopped/curve.csv | cut -d, -f1) == $((steps + 2)) ]]

# One that dies takes the other with it, in seconds and with one line about it.
process 0 --out killed "${long[@]}" & first=$!
process 1 --out killed "${long[@]}" & second=$!
until [[ -s killed/curve.csv ]] && (($(wc -l <killed/curve.csv) > 4)); do sleep 0.1; done
kill -KILL $second
statuses $first
grep -v ' step ' log0 | tail -n 1 | cut -d: -f-3

# So does one that never comes, on either side.
export OCRBATCH_PEER_TIMEOUT=2
process 0 --out alone & first=$!
statuses $first
tail -n 1 log0 | cut -d: -f-3 | sed "s/$MASTER_PORT/PORT/"
MASTER_PORT=$(free_port)
process 1 --out alone & second=$!
statuses $second
wc -l <log1

# Different data or configurations are no run.
export OCRBATCH_PEER_TIMEOUT=60
process 0 --out bad & first=$!
process 1 --out bad --batch-size 3 & second=$!
statuses $first $second
tail -n 1 log0
