# Pages that lie on their side or stand on their head are turned, and the record says by how much; --orientation off
# leaves them.
ocrbatch models show latin-fast >/dev/null 2>&1 || { echo "the model latin-fast is not there" >&2; exit 77; }
# pdf NAME ROTATE MATRIX WIDTH HEIGHT: a page that is the receipt's picture, drawn by the matrix, with a /Rotate.
pdf() {
  local picture=$EXAMPLES/documents/receipt.jpg offsets=() content="q $3 cm /I Do Q"
  object() { offsets+=("$(stat -c %s "$1.pdf")"); printf '%s 0 obj\n' "${#offsets[@]}" >>"$1.pdf"; }
  printf '%%PDF-1.4\n' >"$1.pdf"
  object "$1"; printf '<</Type/Catalog/Pages 2 0 R>>\nendobj\n' >>"$1.pdf"
  object "$1"; printf '<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n' >>"$1.pdf"
  object "$1"
  printf '<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s %s]/Rotate %s/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>\nendobj\n' \
    "$4" "$5" "$2" >>"$1.pdf"
  object "$1"; printf '<</Length %s>>\nstream\n%s\nendstream\nendobj\n' "${#content}" "$content" >>"$1.pdf"
  object "$1"
  printf '<</Type/XObject/Subtype/Image/Width 640/Height 1000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode/Length %s>>\nstream\n' \
    "$(stat -c %s "$picture")" >>"$1.pdf"
  { cat "$picture"; printf '\nendstream\nendobj\n'; } >>"$1.pdf"
  local start; start=$(stat -c %s "$1.pdf")
  { printf 'xref\n0 6\n0000000000 65535 f \n'; printf '%010d 00000 n \n' "${offsets[@]}"
    printf 'trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%s\n%%%%EOF\n' "$start"; } >>"$1.pdf"
}
mkdir in
pdf in/a_upright 0 "307.2 0 0 480 0 0" 307.2 480
pdf in/b_on_its_head 0 "-307.2 0 0 -480 307.2 480" 307.2 480
pdf in/c_on_its_side 0 "0 307.2 -480 0 480 0" 480 307.2
# Wrong /Rotate: the turn takes it back.
pdf in/d_wrongly_rotated 90 "307.2 0 0 480 0 0" 307.2 480
ocrbatch scan in --out out.jsonl --hocr hocr --stats stats.json --quiet
jq -c '[.document, .rotation, .width, .height]' out.jsonl
jq .pages_turned stats.json
[[ $(jq -c .text out.jsonl | sort -u | wc -l) == 1 ]] && echo "four times the same text"
[[ $(jq -c '[.. | .bbox? // empty]' out.jsonl | sort -u | wc -l) == 1 ]] && echo "the same boxes"
grep -o 'x_rotation [0-9]*' -r hocr | sort
# Another setting: what is there counts as out of date, and is read as the files have it.
ocrbatch scan in --out out.jsonl --update --orientation off --quiet
jq -c '[.document, .rotation, .width, .height]' out.jsonl
ocrbatch scan in --out x.jsonl --orientation left 2>&1 || echo "status $?"
