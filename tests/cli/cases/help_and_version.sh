# Help and version are results: on standard output, status 0, nothing on standard error.
ocrbatch --help >help; ocrbatch -h | cmp - help; ocrbatch help | cmp - help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' help)
[[ $commands == *scan*models* ]]
for command in $commands; do
  ocrbatch "$command" --help >"$command.help"
  head -n 1 "$command.help" | grep -q "^usage: ocrbatch $command"
  for option in quiet log-level progress help; do grep -q -- "--$option" "$command.help"; done
  # No line runs out of a usual window.
  ! grep -E '.{101}' "$command.help" || exit 1
done
ocrbatch --version >version
grep -Eq '^ocrbatch [0-9]+\.[0-9]+\.[0-9]+$' version
for fact in compiler LibTorch CUDA Poppler Leptonica Tesseract OpenCV oneTBB Boost ICU sandbox; do
  grep -Eq "^  $fact +[^ ]" version
done
