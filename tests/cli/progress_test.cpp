#include "cli/progress.h"

#include <gtest/gtest.h>

namespace ocrbatch::cli {
namespace {

TEST(ProgressText, EstimatesPagesWhileDocumentsAreStillBeingOpened) {
  pipeline::ScanProgress progress;
  progress.documents_listed = 10;
  progress.documents_found = 2;
  progress.pages_found = 8;
  progress.pages_done = 4;
  EXPECT_EQ(progress_text(progress, 4),
            "[##------------------] 4/~40 pages of 10 documents  1.0 pages/s  36.0 s left");
}

TEST(ProgressText, IsExactOnceAllDocumentsAreOpen) {
  pipeline::ScanProgress progress;
  progress.documents_listed = progress.documents_found = 1;
  progress.pages_found = 300;
  progress.pages_done = 150;
  progress.pages_failed = 2;
  EXPECT_EQ(progress_text(progress, 10),
            "[##########----------] 150/300 pages  15.0 pages/s  10.0 s left  2 failed");
}

TEST(ProgressText, PromisesNothingBeforeTheFirstPage) {
  EXPECT_EQ(progress_text(pipeline::ScanProgress{}, 5), "[--------------------] 0/~0 pages");
}

}  // namespace
}  // namespace ocrbatch::cli
