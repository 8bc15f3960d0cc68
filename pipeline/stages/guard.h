// One bad page must not cost its neighbours: whatever a stage throws becomes an error of the page.
#pragma once

#include <string>
#include <utility>

#include "io/error.h"
#include "pipeline/messages.h"

namespace ocrbatch::pipeline {

// The error for the exception that is being handled; call it inside a catch block. `otherwise` is the code
// for anything but refused memory.
io::Error current_exception_as_error(const char* stage, io::ErrorCode otherwise);

// Does `work` unless the page has failed already. A page that fails gives up what it holds but for its
// record.
template <class Work>
void work_on(PageMessage& page, const char* stage, io::ErrorCode otherwise, Work&& work) {
  if (!page.failed()) {
    try {
      std::forward<Work>(work)();
    } catch (...) {
      page.record.error = current_exception_as_error(stage, otherwise);
    }
  }
  if (page.failed()) page.drop_work();
}

}  // namespace ocrbatch::pipeline
