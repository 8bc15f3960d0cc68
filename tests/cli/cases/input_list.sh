# "-" reads paths, one a line or NUL-separated, in their order.
cp "$EXAMPLES/documents/receipt.jpg" 'b b.jpg'; cp 'b b.jpg' a.jpg; cp 'b b.jpg' $'new\nline.jpg'
names() { ocrbatch scan "$@" --model "$TEST_MODEL" --out - --quiet | jq -c .document; }
printf 'b b.jpg\n\na.jpg\n' | names -
printf 'new\nline.jpg\0a.jpg\0' | names -
echo 'a.jpg' | names 'b b.jpg' -
