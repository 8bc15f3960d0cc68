# The last five lines of `models show` are Python that loads the weights with the safetensors package.
[[ -x $TEST_PYTHON ]] && "$TEST_PYTHON" -c 'import safetensors.numpy' 2>/dev/null ||
  { echo "safetensors is not in the tests' Python: scripts/setup --tests" >&2; exit 77; }
mkdir 'a "model"' && cp -r "$TEST_MODEL" 'a "model"/tiny'
ocrbatch models show './a "model"/tiny' >shown
tail -n 5 shown >load.py
cd / && "$TEST_PYTHON" "$OLDPWD/load.py" >"$OLDPWD/loaded" && cd "$OLDPWD"
grep -E '^head\.' loaded
[[ $(tail -n 1 loaded) == "$(sed -n 's/^parameters *//p' shown | tr -d ,) numbers" ]]
