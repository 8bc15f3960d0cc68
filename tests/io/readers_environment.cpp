// Readers are used as the program uses them: after initialize_readers().
#include <gtest/gtest.h>

#include "io/reader.h"

namespace ocrbatch::io {
namespace {

class ReadersEnvironment : public testing::Environment {
 public:
  void SetUp() override { initialize_readers(); }
};

const testing::Environment* const kEnvironment = testing::AddGlobalTestEnvironment(new ReadersEnvironment);

}  // namespace
}  // namespace ocrbatch::io

// fontconfig, which Poppler uses, keeps some patterns for good. Only the leak sanitizer calls this.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\n";
}
