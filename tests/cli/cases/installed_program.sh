# `cmake --install` gives a program that finds LibTorch and its models by where it lies, whatever folder that is.
[[ -z $SANITIZED ]] || { echo "installing is tested without sanitizers" >&2; exit 77; }
cmake --install "$BUILD" --prefix "$PWD/some where" >log || { cat log >&2; exit 1; }
program="$PWD/some where/bin/ocrbatch"
mkdir -p "some where/share/ocrbatch/models"
cp -r "$TEST_MODEL" "some where/share/ocrbatch/models/tiny"
mv "some where" moved
program=$PWD/moved/bin/ocrbatch
LD_TRACE_LOADED_OBJECTS=1 "$program" >libraries
! grep 'not found' libraries >&2 || exit 1
for library in libtorch_cpu libc10; do grep -q "$library.so => $PWD/moved/\(bin/\.\./\)\?lib.*/ocrbatch/" libraries; done
# Nothing leads back to where it was built.
! grep -E "$HOME/\.cache|$BUILD" libraries >&2 || exit 1
"$program" models list | awk '$1 == "tiny" {print $1, $NF}' | sed "s|$PWD/||"
"$program" scan "$EXAMPLES/documents/receipt.jpg" --model tiny --out - --quiet | jq -r .status
for file in README.md LICENSE NOTICE schema/record.schema.json; do ls moved/share/doc/ocrbatch/$file >/dev/null; done
