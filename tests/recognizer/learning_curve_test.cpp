#include "recognizer/train/learning_curve.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(LearningCurve, AllColumnsComeBackFromTheFile) {
  const testing::TemporaryFolder folder;
  CurvePoint point{50, 400, 0.001, 2.5, 80, 0.5, 0.75, 1.25, 0.125, 0.0625};
  LearningCurve(folder.path() / "curve.csv", 0).add(point);
  const LearningCurve again(folder.path() / "curve.csv", 50);
  ASSERT_EQ(again.points().size(), 1U);
  EXPECT_EQ(again.points()[0].wait_share, 0.125);
  EXPECT_EQ(again.points()[0].base_cer, 0.0625);
  EXPECT_THAT(
      content_of(folder.path() / "curve.csv"),
      ::testing::HasSubstr("validation_loss,wait_share,base_cer\n50,400,0.001,2.50000,80.0,0.500000,0.750000,"
                           "1.250000,0.125000,0.062500\n"));
}

TEST(LearningCurve, FilesFromBeforeTheLastColumnsAreRead) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "curve.csv")
      << "step,lines,learning_rate,loss,lines_per_second,cer,wer,validation_loss\n"
         "50,400,0.001,2.5,80.0,,,\n100,800,0.001,1.5,80.0,0.5,0.6,0.7\n";
  const LearningCurve curve(folder.path() / "curve.csv", 100);
  ASSERT_EQ(curve.points().size(), 2U);
  EXPECT_EQ(curve.points()[1].validation_loss, 0.7);
  EXPECT_EQ(curve.points()[1].wait_share, std::nullopt);
  EXPECT_EQ(curve.points()[1].base_cer, std::nullopt);
}

}  // namespace
}  // namespace ocrbatch::recognizer
