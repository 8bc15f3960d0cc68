// Keeps standard output for results. Poppler, Leptonica and Tesseract print when they feel like it; after
// protect_stdout() whatever they print lands on standard error, and only print_result() and result_fd() reach
// the real standard output.
#pragma once

#include <string_view>

namespace ocrbatch::cli {

// Once, before any library is called. Also fills closed descriptors 0-2, so that no file that is opened later
// takes their numbers, and ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file larger than `ulimit
// -f` allows are error values of write().
void protect_stdout();

// The real standard output; -1 when the program was started with it closed.
int result_fd();

// Writes all of the text. Throws io::OutputClosed for a closed pipe, io::OutputError for anything else.
void print_result(std::string_view text);

}  // namespace ocrbatch::cli
