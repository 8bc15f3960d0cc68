#include "recognizer/train/trainer.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <fstream>

#include "recognizer/model_folder.h"
#include "recognizer/recognizer.h"
#include "recognizer/train/batch_loader.h"
#include "tests/recognizer/small_model.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ocrbatch::testing::BarLines;
using ocrbatch::testing::small_model_config;
using ocrbatch::testing::TemporaryFolder;

TrainJob small_job(const std::filesystem::path& out) {
  TrainJob job;
  job.model = small_model_config();
  job.train.batch_size = 8;
  job.train.learning_rate = 0.01;
  job.train.max_steps = 12;
  job.train.amp = "off";
  job.train.ema_decay = 0.9;
  job.train.log_every_steps = 1;
  job.train.validate_every_steps = 1000;
  job.train.checkpoint_every_steps = 1000;
  job.train.threads = 1;
  job.train.workers = 1;
  job.out = out;
  return job;
}

TEST(Trainer, OverfitsAFewLinesToCerZeroAndTheSavedModelReadsThem) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.train.max_steps = 250;
  job.train.validate_every_steps = 50;
  const BarLines lines(8);
  double cer = 1;
  TrainEvents events;
  events.on_validation = [&](const TrainReport&, const ErrorRates& rates, bool) {
    cer = std::min(cer, rates.cer());
  };
  train(job, lines, lines, events);
  EXPECT_EQ(cer, 0.0);

  const auto recognizer = load_recognizer(folder.path() / "model", "cpu");
  for (std::uint64_t i = 0; i < 8; ++i) {
    const LabeledLine line = lines.get(i);
    EXPECT_EQ(recognizer->recognize(std::span(&line.pixels, 1)).front().text(), line.text);
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "curve.svg"));
}

std::vector<double> losses(const TrainJob& job, std::int64_t stop_after) {
  std::vector<double> out;
  TrainEvents events;
  events.on_log = [&](const TrainReport& report) { out.push_back(report.point.loss); };
  events.on_validation = [&](const TrainReport& report, const ErrorRates&, bool) {
    out.push_back(report.point.loss);
  };
  events.should_stop = [&, steps = std::int64_t{0}]() mutable { return ++steps == stop_after; };
  const BarLines lines(100);
  train(job, lines, lines, events);
  return out;
}

TEST(Trainer, AResumedRunHasTheLossesOfAnUndisturbedOne) {
  const TemporaryFolder folder;
  TrainJob whole = small_job(folder.path() / "whole"), broken = small_job(folder.path() / "broken");
  const std::vector<double> expected = losses(whole, -1);
  std::vector<double> actual = losses(broken, 5);
  ASSERT_EQ(actual.size(), 5U);
  broken.resume = true;
  for (const double loss : losses(broken, -1)) actual.push_back(loss);
  EXPECT_EQ(actual, expected);
  std::ifstream a(folder.path() / "whole/curve.csv"), b(folder.path() / "broken/curve.csv");
  const auto rows = [](std::ifstream& s) { return std::count(std::istreambuf_iterator<char>(s), {}, '\n'); };
  EXPECT_EQ(rows(a), rows(b));
}

TEST(Trainer, ResumingWithoutACheckpointOrWithAnotherModelIsRefused) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.resume = true;
  EXPECT_THAT([&] { losses(job, -1); },
              ::testing::ThrowsMessage<std::runtime_error>(::testing::HasSubstr("no checkpoint")));
  job.resume = false;
  losses(job, 1);
  job.resume = true;
  job.model.mamba_d_model = 24;
  EXPECT_THAT([&] { losses(job, -1); }, ::testing::ThrowsMessage<std::runtime_error>(
                                            ::testing::HasSubstr("another model configuration")));
}

TEST(Trainer, StartingFromAModelKeepsTheRowsOfSharedLabels) {
  const TemporaryFolder folder;
  TrainJob first = small_job(folder.path() / "first");
  first.train.validate_every_steps = 6;
  losses(first, 6);
  const LoadedModel old = load_model(folder.path() / "first/model");
  ModelConfig wider = small_model_config();
  wider.alphabet = Alphabet({"x", "b", " ", "a", "y", "c"});
  Trainer trainer(wider, first.train, {}, folder.path() / "second");
  trainer.initialize_from(folder.path() / "first/model");
  const auto before = named_state(*old.network), after = named_state(trainer.network());
  const auto& labels = wider.alphabet.labels();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto shared = old.config.alphabet.encode(labels[i]);
    if (shared.empty()) continue;
    EXPECT_TRUE(torch::equal(after.at("head.weight")[static_cast<int64_t>(i) + 1],
                             before.at("head.weight")[shared[0]]))
        << labels[i];
  }
  EXPECT_TRUE(torch::equal(after.at("head.weight")[0], before.at("head.weight")[0]));
}

TEST(Trainer, LinesThatCtcCannotAlignAreCountedNotLost) {
  class ShortLines : public BarLines {
   public:
    ShortLines() : BarLines(16) {}
    LabeledLine get(std::uint64_t index) const override {
      LabeledLine line = BarLines::get(index);
      if (index % 2 == 0) line.text = std::string(200, 'a');
      return line;
    }
  };
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.train.max_steps = BatchLoader::kPoolBatches;
  std::uint64_t counted = 0;
  TrainEvents events;
  events.on_log = [&](const TrainReport& report) { counted = report.lines_too_short_for_ctc; };
  events.on_validation = [&](const TrainReport& report, const ErrorRates&, bool) {
    counted = report.lines_too_short_for_ctc;
  };
  const ShortLines lines;
  train(job, lines, lines, events);
  EXPECT_EQ(counted, 64U);  // every second line of 16 batches of 8
}

TEST(OneCycle, ClimbsToThePeakAndFallsToTheEnd) {
  const OneCycle schedule{1.0, 100, 0.1};
  EXPECT_NEAR(schedule.at(0), 1.0 / 25, 1e-9);
  EXPECT_NEAR(schedule.at(9), 1.0, 1e-9);
  EXPECT_NEAR(schedule.at(99), 1.0 / (25 * 1e4), 1e-9);
  for (int step = 10; step < 99; ++step) EXPECT_GT(schedule.at(step), schedule.at(step + 1)) << step;
}

}  // namespace
}  // namespace ocrbatch::recognizer
