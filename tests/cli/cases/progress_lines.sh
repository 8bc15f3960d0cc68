# Not on a terminal: no progress unless it is asked for, and never a control character.
run() { ocrbatch scan "$EXAMPLES/documents/receipt.jpg" --model "$TEST_MODEL" --out out.jsonl "$@" 2>log; }
run; ! grep -q 'pages/s.*left' log; ! grep -q $'[\r\x1b]' log; grep -q '1 page of 1 document' log
run --quiet; [[ ! -s log ]]
