# The options in the README are those of the program: copy `ocrbatch scan --help` between the markers when they change.
ocrbatch scan --help >found
sed -n '/^<!-- scan --help -->$/,/^<!-- end -->$/p' "$SOURCE/README.md" | sed '1,2d' | head -n -2 >shown
diff -u shown found
