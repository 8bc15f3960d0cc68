# Every mistake is answered with what was wrong, the nearest name, and status 2.
try() { echo "\$ ocrbatch $*"; ocrbatch "$@" 2>&1 || echo "status $?"; }
try
try scna
try --verison
try scan
try scan a.pdf
try scan a.pdf --otu b
try scan a.pdf --out
try scan a.pdf --out b --out c
try scan a.pdf --jobs two --out b
try scan a.pdf --jobs 0 --out b
try scan a.pdf --dpi 5 --out b
try scan a.pdf --pages 3-1 --out b
try scan a.pdf --max-memory lots --out b
try scan a.pdf --max-megapixels -1 --out b
try scan a.pdf --layout tesserakt --out b
try scan a.pdf --device gpu --out b
try scan a.pdf --progress sometimes --out b
try scan a.pdf --log-level loud --out b
try scan a.pdf --out b --page 1
try scan - - --out b
try models
try models lsit
try models list all
try models show
try scan a.pdf --out b --beam 0
try scan a.pdf --out b --beam 1 --language-model on
try scan a.pdf --out b --beam 4 --language-model maybe
try scan a.pdf --out b --beam 4 --language-weight -1
try eval --data lines --beam 1000
try ngram --text a.txt
try ngram --out b
try ngram --text a.txt --out b --order 7
try ngram --text a.txt --out b --size 0
try scan a.pdf --out - --state s
try scan a.pdf --hocr h --prune
try scan a.pdf --out b --state none --force
try scan a.pdf --out b --state b
