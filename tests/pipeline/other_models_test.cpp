// Which model reads a page of a run that has several: the decision about a page, and a whole run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "io/reader.h"
#include "io/writer.h"
#include "pipeline/scan.h"
#include "pipeline/stages/batch.h"
#include "pipeline/stages/choose_view.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;

// Reads `text` in every line that is dark or light as it likes, and there with this confidence; other lines
// with little.
class SureOfSome : public recognizer::Recognizer {
 public:
  SureOfSome(const std::string& name, std::vector<std::string> alphabet, bool likes_dark, int height_px = 32)
      : likes_dark_(likes_dark) {
    info_.name = name;
    info_.sha256 = "weights of " + name;
    info_.decoding = "greedy";
    info_.alphabet = std::move(alphabet);
    info_.line_preparation.height_px = height_px;
  }
  const recognizer::ModelInfo& info() const override { return info_; }
  int width_bucket(int width_px) const override { return width_px / 128; }
  int batch_size(int) const override { return 4; }
  std::vector<recognizer::Hypothesis> recognize(std::span<const cv::Mat> lines) const override {
    std::vector<recognizer::Hypothesis> results;
    for (const cv::Mat& line : lines) {
      const bool is_dark = cv::mean(line)[0] < 170;
      recognizer::Hypothesis& result = results.emplace_back();
      for (int i = 0; i < 12; ++i) {
        const std::string& text = info_.alphabet[static_cast<std::size_t>(i) % info_.alphabet.size()];
        result.characters.push_back({text, 2.0F * i, 2.0F * i + 2, is_dark == likes_dark_ ? 0.95F : 0.55F});
      }
    }
    return results;
  }

 private:
  recognizer::ModelInfo info_;
  bool likes_dark_;
};

struct Keeper : io::Writer {
  std::vector<io::PageRecord> records;
  void write(const io::PageRecord& record) override { records.push_back(record); }
  void finish() override {}
};

class OtherModels : public ::testing::Test {
 protected:
  // One that was read by the model that its view names.
  void read(const recognizer::Recognizer& model, bool dark) {
    const cv::Mat pixels(32, 300, CV_8UC1, cv::Scalar(dark ? 20 : 250));
    page.lines.clear();
    page.lines.resize(1);
    page.lines[0].columns = pixels.cols;
    page.lines[0].hypothesis = model.recognize(std::span(&pixels, 1)).front();
  }
  PageWay look(const std::vector<const recognizer::Recognizer*>& models,
               Orientation orientation = Orientation::kOff) {
    return ChooseView(orientation, ModelSet(models), progress)(page);
  }

  const SureOfSome latin{"latin", {"a", "b", "c"}, false};
  const SureOfSome chinese{"chinese", {"纸", "墨", "a"}, true};
  const SureOfSome bold{"bold", {"a", "b"}, true};
  ScanProgress progress;
  PageMessage page;
};

TEST_F(OtherModels, AreNotAskedAboutWhatReadsWell) {
  read(latin, false);
  EXPECT_EQ(look({&latin, &chinese}), PageWay::kCollect);
  EXPECT_EQ(page.view.model, 0U);
}

TEST_F(OtherModels, ReadWhatTheFirstHasNoCharactersFor) {
  read(latin, true);
  ASSERT_EQ(look({&latin, &chinese}), PageWay::kRead);
  ASSERT_EQ(page.view.model, 1U);
  read(chinese, true);
  EXPECT_EQ(look({&latin, &chinese}), PageWay::kCollect);
  EXPECT_EQ(page.view.model, 1U);
  EXPECT_EQ(page.lines.at(0).hypothesis.text(), "纸墨a纸墨a纸墨a纸墨a");
  EXPECT_EQ(progress.pages_of_other_models, 1U);
  EXPECT_EQ(progress.pages_turned, 0U);
}

TEST_F(OtherModels, DoNotTakeWhatTheFirstCouldWrite) {
  read(latin, true);
  ASSERT_EQ(look({&latin, &bold}), PageWay::kRead);
  read(bold, true);
  EXPECT_EQ(look({&latin, &bold}), PageWay::kCollect);
  EXPECT_EQ(page.view.model, 0U) << "surer, but of letters that the first model has";
}

TEST_F(OtherModels, AreTriedOneAfterAnother) {
  read(latin, true);
  ASSERT_EQ(look({&latin, &bold, &chinese}), PageWay::kRead);
  EXPECT_EQ(page.view.model, 1U);
  read(bold, true);
  ASSERT_EQ(look({&latin, &bold, &chinese}), PageWay::kRead);
  EXPECT_EQ(page.view.model, 2U);
  read(chinese, true);
  look({&latin, &bold, &chinese});
  EXPECT_EQ(page.view.model, 2U);
}

TEST_F(OtherModels, AreTriedWhenThePageDoesNotReadWellTurned) {
  page.layout.neighbours = {100, 10};
  read(latin, true);
  ASSERT_EQ(look({&latin, &chinese}, Orientation::kAuto), PageWay::kRead);
  EXPECT_EQ(page.view.image.turn_deg, 180);
  EXPECT_EQ(page.view.model, 0U);
  read(latin, true);
  ASSERT_EQ(look({&latin, &chinese}, Orientation::kAuto), PageWay::kRead);
  EXPECT_EQ(page.view.image.turn_deg, 0);
  EXPECT_EQ(page.view.model, 1U);
}

TEST_F(OtherModels, MustReadBetterThanTheFirst) {
  read(latin, true);
  ASSERT_EQ(look({&latin, &chinese}), PageWay::kRead);
  read(chinese, false);
  EXPECT_EQ(look({&latin, &chinese}), PageWay::kCollect);
  EXPECT_EQ(page.view.model, 0U);
  EXPECT_EQ(page.lines.at(0).hypothesis.text(), "abcabcabcabc");
}

TEST_F(OtherModels, HaveBatchesOfTheirOwn) {
  BatchLines batcher(ModelSet({&latin, &chinese}), 1);
  std::vector<BatchPtr> ready;
  for (int i = 0; i < 8; ++i) {
    auto next = std::make_shared<PageMessage>();
    next->view.model = static_cast<std::size_t>(i % 2);
    next->lines.resize(1);
    next->lines[0].prepared.pixels = cv::Mat(32, 50, CV_8UC1, cv::Scalar(0));
    batcher.page_fed();
    for (const BatchPtr& batch : batcher.add_page(next)) ready.push_back(batch);
  }
  ASSERT_EQ(ready.size(), 2U);
  for (const BatchPtr& batch : ready) {
    EXPECT_EQ(batch->lines.size(), 4U);
    for (const LineRef& line : batch->lines) EXPECT_EQ(line.page->view.model, batch->model);
  }
}

TEST_F(OtherModels, MustTakeTheSameLines) {
  const SureOfSome taller("taller", {"a"}, true, 48);
  EXPECT_THROW(ModelSet({&latin, &taller}), recognizer::ModelError);
  EXPECT_THROW(ModelSet(std::vector<const recognizer::Recognizer*>()), std::invalid_argument);
}

TEST_F(OtherModels, ReadTheirPagesOfARun) {
  const testing::WorkingFolder folder;
  const auto write = [](const std::string& path, int thickness) {
    cv::Mat image(300, 900, CV_8UC1, cv::Scalar(255));
    for (int i = 0; i < 4; ++i)
      cv::putText(image, "stein und baum", {60, 70 + 60 * i}, cv::FONT_HERSHEY_SIMPLEX, 1.0, cv::Scalar(0),
                  thickness);
    testing::write_pgm(path, image);
  };
  write("docs/bold.pgm", 9);
  write("docs/light.pgm", 1);
  ScanOptions options;
  options.inputs = {"docs"};
  options.jobs = 2;
  options.isolation = Isolation::kOff;
  const auto scan = [&](const ModelSet& models) {
    Keeper keeper;
    ScanProgress counters;
    const ScanSummary summary =
        run_scan(options, models, {&keeper}, counters, [](const auto&, const auto&) {});
    EXPECT_EQ(summary.pages_of_other_models, models.size() - 1);
    return keeper.records;
  };
  const std::vector<io::PageRecord> both = scan(ModelSet({&latin, &chinese})), one = scan(latin);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].provenance.model, "chinese");
  EXPECT_EQ(both[0].provenance.model_sha256, "weights of chinese");
  EXPECT_THAT(io::page_text(both[0].page), ::testing::StartsWith("纸墨a纸墨a"));
  EXPECT_EQ(both[1].provenance.model, "latin");
  EXPECT_THAT(io::page_text(both[1].page), ::testing::StartsWith("abcabc"));
  EXPECT_EQ(both[0].provenance.settings, both[1].provenance.settings);
  EXPECT_EQ(one[0].provenance.model, "latin");
  EXPECT_NE(one[0].provenance.settings, both[0].provenance.settings);
}

}  // namespace
}  // namespace ocrbatch::pipeline
