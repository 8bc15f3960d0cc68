# A language model made from texts goes into a model folder, is verified with it, changes the settings of records, and
# a damaged one is named.
mkdir text
for i in 1 2 3 4 5 6 7 8; do echo "abba dead cab, bed a bead; a dad: ace cede"; done >text/a.txt
echo skipped >text/b.md
ocrbatch ngram --model "$TEST_MODEL" --text text --exclude 'none*' --order 4 --out both | sed -n '1s/:.* in/: in/p; 2s/ n-grams.*//p'
ls both
jq -c .language_model both/model.json
ocrbatch models verify ./both | sed 's/weights .*/weights/'

# Into a model's own folder: its SHA256SUMS follow.
cp -r "$TEST_MODEL" own
(cd own && sha256sum model.json weights.safetensors >SHA256SUMS)
ocrbatch ngram --model ./own --text text --out own --language-weight 3 --length-bonus 2 >/dev/null
ocrbatch models verify ./own | sed 's/weights .*/weights/'

settings() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --quiet --out - "$@" | jq -r .provenance.settings; }
greedy=$(settings --model ./own --beam 1)
[[ $greedy == "$(settings --model "$TEST_MODEL")" && $greedy == "$(settings --model ./own --language-model off)" ]]
[[ $(settings --model ./own) == "$(settings --model ./own --beam 8 --language-model on)" ]]
for choice in "--beam 4 --language-model off" "--beam 4" "--beam 4 --language-weight 1" "--beam 4 --length-bonus 1" "--beam 5"; do
  settings --model ./own $choice
done | sort -u | grep -vc "$greedy"
[[ $(settings --model ./own --beam 4) == "$(settings --model ./own --beam 4 --language-model on)" ]]

echo "another model"; ocrbatch ngram --model "$TEST_MODEL" --text text --out own || echo "status $?"
echo "no text"; ocrbatch ngram --model "$TEST_MODEL" --text nowhere --out new || echo "status $?"
[[ ! -e new ]]
echo "no language model"; settings --model "$TEST_MODEL" --beam 2 --language-model on || echo "status $?"
truncate -s -1 both/ngram.bin
echo "damaged"; settings --model ./both --beam 2 || echo "status $?"
settings --model ./both --beam 2 --language-model off >/dev/null
rm both/ngram.bin
echo "lost"; ocrbatch models verify ./both || echo "status $?"
echo "nowhere to write"; touch file; ocrbatch ngram --model "$TEST_MODEL" --text text --out file/x || echo "status $?"
