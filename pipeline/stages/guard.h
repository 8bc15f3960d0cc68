// One bad page must not cost its neighbours: whatever a stage throws becomes an error of the page.
#pragma once

#include <utility>

#include "pipeline/exception_error.h"
#include "pipeline/messages.h"

namespace ocrbatch::pipeline {

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
