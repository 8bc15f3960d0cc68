// What a library throws while it works on a page, as the page's error.
#pragma once

#include "io/error.h"

namespace ocrbatch::pipeline {

// The error for the exception that is being handled; call it inside a catch block. `otherwise` is the code
// for anything but refused memory.
io::Error current_exception_as_error(const char* stage, io::ErrorCode otherwise);

}  // namespace ocrbatch::pipeline
