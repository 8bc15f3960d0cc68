# OCRBATCH_MODELS adds places; the first one that has the name wins; a near name is hinted at.
mkdir -p first second
cp -r "$TEST_MODEL" second/tiny
cp -r "$TEST_MODEL" second/other
export OCRBATCH_MODELS=$PWD/first:$PWD/second
ocrbatch models list | awk 'NR == 1 || $1 == "tiny" || $1 == "other" {print $1, $2, $4, $5}'
ocrbatch models show tiny | sed -n 's/^name *//p; s/^architecture *//p'
ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model tiny --out - --quiet | jq -r .provenance.model
ocrbatch models show tinny || echo "status $?"
