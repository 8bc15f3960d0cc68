# --pages, --include and --exclude choose; --dry-run shows what would be read, without a model.
mkdir -p in/sub in/.hidden
cp "$EXAMPLES/documents/minutes.tif" in/a.tif
cp "$EXAMPLES/documents/receipt.jpg" in/sub/b.jpg
cp "$EXAMPLES/documents/receipt.jpg" in/.hidden/c.jpg
echo "no document" >in/readme.txt
ocrbatch scan in --dry-run --quiet
ocrbatch scan in --dry-run --quiet --exclude sub
ocrbatch scan in --dry-run --quiet --include '*.jpg' --include '*.gif'
ocrbatch scan in --model "$TEST_MODEL" --out - --quiet --pages 2- | jq -c '[.document, .page, .pages]'
