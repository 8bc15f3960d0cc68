#include "recognizer/train/trainer.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <fstream>
#include <utility>
#include <vector>

#include "recognizer/model_folder.h"
#include "recognizer/recognizer.h"
#include "recognizer/strict_json.h"
#include "recognizer/train/batch_loader.h"
#include "tests/recognizer/shared_job.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ocrbatch::testing::BarLines;
using ocrbatch::testing::small_model_config;
using ocrbatch::testing::TemporaryFolder;

TrainJob small_job(const std::filesystem::path& out, const std::string& architecture = "mamba_ctc") {
  TrainJob job = ocrbatch::testing::shared_job(architecture, out, 8, 12);
  job.train.learning_rate = 0.01;
  job.train.validate_every_steps = 1000;
  return job;
}

struct Overfit {
  const char* architecture;
  std::uint64_t lines;
  int stretch;  // of the lines, so that every frame sees part of one letter at most
  double learning_rate;
  std::int64_t max_steps;
};

void PrintTo(const Overfit& overfit, std::ostream* stream) {
  *stream << overfit.architecture;
}

class OverfitTest : public ::testing::TestWithParam<Overfit> {};

TEST_P(OverfitTest, AFewLinesAreLearntToCerZeroAndTheSavedModelReadsThem) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path(), GetParam().architecture);
  job.train.batch_size = static_cast<int>(GetParam().lines);
  job.train.learning_rate = GetParam().learning_rate;
  job.train.max_steps = GetParam().max_steps;
  job.train.validate_every_steps = job.train.max_steps / 5;
  const BarLines lines(GetParam().lines, job.model.img_height, GetParam().stretch);
  double cer = 1;
  TrainEvents events;
  events.on_validation = [&](const TrainReport&, const ErrorRates& rates, bool) {
    cer = std::min(cer, rates.cer());
  };
  events.should_stop = [&] { return cer == 0.0; };
  train(job, lines, lines, events);
  EXPECT_EQ(cer, 0.0);

  const auto recognizer = load_recognizer(folder.path() / "model", {});
  for (std::uint64_t i = 0; i < GetParam().lines; ++i) {
    const LabeledLine line = lines.get(i);
    EXPECT_EQ(recognizer->recognize(std::span(&line.pixels, 1)).front().text(), line.text);
  }
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "curve.svg"));
}

INSTANTIATE_TEST_SUITE_P(Architectures, OverfitTest,
                         ::testing::Values(Overfit{"mamba_ctc", 8, 1, 0.01, 250},
                                           Overfit{"resnet34_mamba_lora", 8, 2, 0.003, 300},
                                           Overfit{"crnn_ctc", 8, 2, 0.003, 800},
                                           Overfit{"crnn_attention", 4, 2, 0.005, 700},
                                           Overfit{"cnn_bilstm_ctc", 2, 2, 0.0005, 300}),
                         [](const auto& info) { return std::string(info.param.architecture); });

TEST(Trainer, ValidatesAndSavesOnceAnEpochWhereToldSo) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.train.max_steps = 0;
  job.train.epochs = 3;  // of 100 lines in batches of 8
  job.train.validate_every_steps = 0;
  job.train.checkpoint_every_steps = 0;
  std::vector<std::int64_t> validated;
  TrainEvents events;
  events.on_validation = [&](const TrainReport& report, const ErrorRates&, bool) {
    validated.push_back(report.point.step);
    EXPECT_GT(report.point.validation_loss.value(), 0);
    EXPECT_NEAR(report.epoch.value(), static_cast<double>(validated.size()), 0.08);
    EXPECT_EQ(std::filesystem::exists(folder.path() / "checkpoint.safetensors"), validated.size() > 1);
  };
  const BarLines lines(100);
  train(job, lines, lines, events);
  EXPECT_EQ(validated, (std::vector<std::int64_t>{13, 25, 38}));
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

// A network that has learnt a few lines by heart reads them without an error, time and again.
TEST(Trainer, OfModelsThatReadEquallyWellKeepsTheLaterOne) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.train.max_steps = 300;
  job.train.validate_every_steps = 30;
  const BarLines lines(8);
  std::vector<std::pair<std::int64_t, double>> measured;
  TrainEvents events;
  events.on_validation = [&](const TrainReport& report, const ErrorRates& rates, bool) {
    measured.emplace_back(report.point.step, rates.cer());
  };
  train(job, lines, lines, events);
  std::int64_t last_best = 0;
  int equals = 0;
  double best = 2;
  for (const auto& [step, cer] : measured) {
    equals = cer < best ? 1 : equals + (cer == best ? 1 : 0);
    if (cer <= best) best = cer, last_best = step;
  }
  ASSERT_GT(equals, 1);
  const auto description = parse_json_file(folder.path() / "model" / "model.json");
  EXPECT_EQ(description.at("training").at("steps").to_number<std::int64_t>(), last_best);
}

// Also where lines come several times, each time changed.
TEST(Trainer, AResumedRunHasTheLossesOfAnUndisturbedOne) {
  for (const int variations : {1, 2}) {
    const TemporaryFolder folder;
    TrainJob whole = small_job(folder.path() / "whole"), broken = small_job(folder.path() / "broken");
    whole.train.variations = broken.train.variations = variations;
    const std::vector<double> expected = losses(whole, -1);
    std::vector<double> actual = losses(broken, 5);
    ASSERT_EQ(actual.size(), 5U);
    broken.resume = true;
    for (const double loss : losses(broken, -1)) actual.push_back(loss);
    EXPECT_EQ(actual, expected);
    std::ifstream a(folder.path() / "whole/curve.csv"), b(folder.path() / "broken/curve.csv");
    const auto rows = [](std::ifstream& s) {
      return std::count(std::istreambuf_iterator<char>(s), {}, '\n');
    };
    EXPECT_EQ(rows(a), rows(b));
  }
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
  job.model.parameters.as_object()["mamba_d_model"] = 24;
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

TEST(Trainer, ADeeperNetworkStartsAsTheOneThatItGrowsFrom) {
  for (const char* architecture : {"mamba_ctc", "resnet34_mamba_lora"}) {
    const TemporaryFolder folder;
    TrainJob first = small_job(folder.path() / "first", architecture);
    first.train.validate_every_steps = 6;
    losses(first, 6);
    const LoadedModel old = load_model(folder.path() / "first/model");
    ModelConfig deeper = first.model;
    boost::json::object& parameters = deeper.parameters.as_object();
    parameters["mamba_layers"] = 3;
    if (parameters.contains("cnn_blocks")) parameters["cnn_blocks"] = {1, 0, 2};
    Trainer trainer(deeper, first.train, {}, folder.path() / "second");
    trainer.initialize_from(folder.path() / "first/model");
    const auto state = named_state(trainer.network());
    EXPECT_GT(state.at("layer2.mixer.in_proj.weight").abs().max().item<float>(), 0) << architecture;

    const auto network = build_network(deeper);
    load_state(*network, state, "the deeper network");
    network->eval();
    old.network->eval();
    const torch::NoGradGuard no_grad;
    const torch::Tensor images = torch::rand({2, 1, deeper.img_height, 96}),
                        widths = torch::full({2}, 96, torch::kInt);
    EXPECT_TRUE(
        torch::allclose(network->forward(images, widths), old.network->forward(images, widths), 1e-4, 1e-5))
        << architecture;
  }
}

// Channels that do nothing are those that a narrower network has no room for.
TEST(Trainer, ANarrowerNetworkKeepsTheChannelsThatMatter) {
  const TemporaryFolder folder;
  const TrainJob job = small_job(folder.path() / "wide");
  ModelConfig wide = job.model, narrow = job.model;
  wide.parameters.as_object()["cnn_channels"] = {12, 16, 24};
  wide.parameters.as_object()["expand"] = 3;
  wide.parameters.as_object()["cnn_blocks"] = {0, 1, 1};
  narrow.parameters.as_object()["cnn_blocks"] = {0, 1, 1};
  torch::manual_seed(7);
  const auto network = build_network(wide);
  network->eval();
  const torch::NoGradGuard no_grad;
  auto state = named_state(*network);
  for (auto& [name, tensor] : state)
    if (name.ends_with("running_mean")) tensor.copy_(torch::randn_like(tensor) * 0.1);
  // Every third or so of each kind is silenced where it is made.
  const auto silence = [&](const std::string& tensor, int64_t first, int64_t count) {
    state.at(tensor).slice(0, first, first + count).zero_();
  };
  for (const auto& [part, first, count] : {std::tuple{"stage0", 3, 4},
                                           {"stage1", 0, 8},
                                           {"stage1_block0.first", 5, 8},
                                           {"stage1_block0.second", 0, 8},
                                           {"stage2", 16, 8},
                                           {"stage2_block0.first", 1, 8},
                                           {"stage2_block0.second", 16, 8}}) {
    silence(part + std::string(".norm.weight"), first, count);
    silence(part + std::string(".norm.bias"), first, count);
  }
  for (const int64_t half : {0, 48}) silence("layer0.mixer.in_proj.weight", half + 20, 16);
  for (const char* const bias : {"conv1d.bias", "conv1d_b.bias"})
    silence(std::string("layer0.mixer.") + bias, 20, 16);
  save_model(folder.path() / "wide", wide, state, {}, {});

  Trainer trainer(narrow, job.train, {}, folder.path() / "narrow");
  trainer.initialize_from(folder.path() / "wide");
  const auto small = build_network(narrow);
  load_state(*small, named_state(trainer.network()), "the narrower network");
  const LoadedModel large = load_model(folder.path() / "wide");
  small->eval();
  large.network->eval();
  const torch::Tensor images = torch::rand({2, 1, narrow.img_height, 96}),
                      widths = torch::tensor({96, 61}, torch::kInt);
  EXPECT_TRUE(
      torch::allclose(small->forward(images, widths), large.network->forward(images, widths), 1e-4, 1e-5));
}

TEST(Trainer, ANarrowerNetworkHasFewerRowsAndRanksAndLearns) {
  const TemporaryFolder folder;
  TrainJob first = small_job(folder.path() / "first");
  first.model.parameters.as_object()["mamba_d_model"] = 40;  // three ranks
  first.train.validate_every_steps = 6;
  losses(first, 6);
  TrainJob second = small_job(folder.path() / "second");
  second.init_from = folder.path() / "first/model";
  const std::vector<double> fallen = losses(second, 6);
  EXPECT_LT(fallen.back(), fallen.front());
}

TEST(Trainer, AStudentLearnsWhatItsTeacherReads) {
  const TemporaryFolder folder;
  TrainJob first = small_job(folder.path() / "first");
  first.train.max_steps = first.train.validate_every_steps = 120;
  losses(first, -1);
  // Nothing but the teacher's probabilities: a student that has them already has nothing to learn, and a new
  // one comes to read as its teacher does.
  TrainJob second = small_job(folder.path() / "second");
  second.teacher = folder.path() / "first/model";
  second.train.distillation = 1;
  TrainJob same = second;
  same.out = folder.path() / "same";
  same.init_from = second.teacher;
  const double nothing_to_learn = losses(same, 1).front();
  second.train.max_steps = 120;
  const std::vector<double> learned = losses(second, -1);
  EXPECT_LT(nothing_to_learn, 0.1 * learned.front());
  EXPECT_LT(learned.back(), 0.2 * learned.front());
}

TEST(Trainer, ATeacherThatDoesNotFitIsRefused) {
  const TemporaryFolder folder;
  TrainJob first = small_job(folder.path() / "first");
  first.train.validate_every_steps = 6;
  losses(first, 6);
  const auto refused = [&](TrainJob job, const std::string& why) {
    job.teacher = folder.path() / "first/model";
    EXPECT_THAT([&] { losses(job, 1); }, ::testing::ThrowsMessage<ConfigError>(::testing::HasSubstr(why)));
  };
  TrainJob other = small_job(folder.path() / "other");
  other.model.alphabet = Alphabet({"a", "b", "c", "d"});
  refused(other, "alphabet");
  other = small_job(folder.path() / "other");
  other.model.img_height = 32;
  refused(other, "img_height");
  refused(small_job(folder.path() / "other", "crnn_attention"), "CTC");
}

TEST(Trainer, TiedRatesStartAsTheMeansOfFreeOnes) {
  const TemporaryFolder folder;
  TrainJob first = small_job(folder.path() / "first", "mamba_ctc");
  first.train.validate_every_steps = 6;
  losses(first, 6);
  const auto free = named_state(*load_model(folder.path() / "first/model").network);
  ModelConfig tied = first.model;
  tied.parameters.as_object()["tied_A"] = true;
  Trainer trainer(tied, first.train, {}, folder.path() / "second");
  trainer.initialize_from(folder.path() / "first/model");
  const auto state = named_state(trainer.network());
  for (const char* name : {"layer0.mixer.A_log", "layer0.mixer.A_b_log"}) {
    EXPECT_GT(free.at(name).size(1), 1);
    EXPECT_TRUE(torch::allclose(state.at(name), free.at(name).mean(1, true))) << name;
  }
  EXPECT_TRUE(torch::equal(state.at("layer0.mixer.D"), free.at("layer0.mixer.D")));

  // And it trains, and reads what it has learned.
  TrainJob second = first;
  second.model = tied;
  second.out = folder.path() / "third";
  const std::vector<double> fallen = losses(second, 6);
  EXPECT_LT(fallen.back(), fallen.front());
  EXPECT_EQ(named_state(*load_model(folder.path() / "third/model").network).at("layer0.mixer.A_log").size(1),
            1);
}

TEST(Trainer, LinesOfTheBaseAreMeasuredBeforeTheFirstStepAndAtEachValidation) {
  const TemporaryFolder folder;
  TrainJob job = small_job(folder.path());
  job.train.max_steps = 8;
  job.train.validate_every_steps = 4;
  const BarLines lines(16), base(5);
  job.base_lines = &base;
  std::vector<double> before, during;
  TrainEvents events;
  events.on_base = [&](const ErrorRates& rates) {
    EXPECT_EQ(rates.lines(), 5U);
    before.push_back(rates.cer());
  };
  events.on_validation = [&](const TrainReport& report, const ErrorRates& rates, bool) {
    EXPECT_EQ(rates.lines(), 16U);
    during.push_back(report.point.base_cer.value());
    EXPECT_EQ(report.base_cer_before.value(), before.at(0));
  };
  train(job, lines, lines, events);
  EXPECT_EQ(before.size(), 1U);
  EXPECT_EQ(during.size(), 2U);
  EXPECT_EQ(LearningCurve(folder.path() / "curve.csv", 8).points().back().base_cer.has_value(), true);

  // A resumed run remembers what was before its first step.
  job.resume = true;
  job.train.max_steps = 10;
  events.on_base = [](const ErrorRates&) { FAIL(); };
  events.on_validation = [&](const TrainReport& report, const ErrorRates&, bool) {
    EXPECT_NEAR(report.base_cer_before.value(), before.at(0), 1e-5);
  };
  train(job, lines, lines, events);
}

TEST(Trainer, MeasuringLinesOfTheBaseChangesNoLoss) {
  const TemporaryFolder folder;
  TrainJob plain = small_job(folder.path() / "plain"), watched = small_job(folder.path() / "watched");
  plain.train.validate_every_steps = watched.train.validate_every_steps = 3;
  const BarLines base(5);
  watched.base_lines = &base;
  EXPECT_EQ(losses(plain, -1), losses(watched, -1));
}

TEST(Trainer, EachValidationWritesAPageWithTheWorstLines) {
  const TemporaryFolder folder;
  const TrainJob job = small_job(folder.path());
  losses(job, -1);
  std::ostringstream page;
  page << std::ifstream(folder.path() / "report.html").rdbuf();
  EXPECT_THAT(page.str(), ::testing::HasSubstr("12 of 12"));
  EXPECT_THAT(page.str(), ::testing::HasSubstr("The 40 worst of 100."));
  EXPECT_THAT(page.str(), ::testing::HasSubstr("<img alt=\"\" src=\"data:image/png"));
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
