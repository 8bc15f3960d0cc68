#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "recognizer/language/ngram_estimator.h"
#include "recognizer/language/ngram_model.h"
#include "recognizer/language/train_ngram.h"
#include "recognizer/recognizer.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> labels;
  for (const char c : text) labels.emplace_back(1, c);
  return labels;
}

class NgramTest : public ::testing::Test {
 protected:
  NgramTest() {
    std::ofstream text(folder_.path() / "text.txt");
    for (int i = 0; i < 40; ++i) text << "the cat sat on the mat, the rat ate " << 100 + 37 * i << " oats\n";
  }

  std::unique_ptr<const NgramModel> train(std::size_t max_bytes = 4'000'000, int order = 6) {
    NgramJob job;
    job.text = {folder_.path()};
    job.order = order;
    job.max_bytes = max_bytes;
    report_ = train_ngram(job, alphabet_, file_);
    return NgramModel::open(file_, alphabet_);
  }
  double log_probability(const NgramModel& model, const std::string& text) const {
    double sum = 0;
    NgramModel::State state = model.line_start();
    for (const int label : alphabet_.encode(text)) {
      const auto step = model.step(state, label);
      sum += step.log_probability;
      state = step.next;
    }
    return sum;
  }
  // Of everything that may follow a text.
  double sum_behind(const NgramModel& model, const std::string& text) const {
    NgramModel::State state = model.line_start();
    for (const int label : alphabet_.encode(text)) state = model.step(state, label).next;
    double sum = std::exp(model.line_end_log_probability(state));
    bool digit_counted = false;
    for (int label = 1; label < alphabet_.classes(); ++label) {
      if (model.symbols().is_digit(label) && std::exchange(digit_counted, true)) continue;
      sum += std::exp(model.step(state, label).log_probability);
    }
    return sum;
  }

  ocrbatch::testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "ngram.bin";
  Alphabet alphabet_{letters(" ,0123456789abcdefghijklmnopqrstuvwxyzACEHMNORST")};
  NgramReport report_;
};

TEST_F(NgramTest, WhatTheTextSaysIsLikelier) {
  const auto model = train();
  EXPECT_EQ(model->order(), 6);
  EXPECT_GT(log_probability(*model, "the cat"), log_probability(*model, "the cxt") + 3);
  EXPECT_GT(log_probability(*model, "the "), log_probability(*model, "oats") + 3);  // lines begin so
  EXPECT_LT(report_.bits_per_character, 1);
  EXPECT_EQ(report_.unknown_characters, 0U);
}

TEST_F(NgramTest, ProbabilitiesAddUpToOneWithAndWithoutPruning) {
  for (const std::size_t bytes : {4'000'000U, 2'500U, 1'200U}) {
    const auto model = train(bytes);
    EXPECT_LE(report_.bytes, bytes);
    for (const char* text : {"", "t", "the", "the cat sa", "zzz", "rat ate 1", "rat ate 19", "qxj", "oats"})
      EXPECT_NEAR(sum_behind(*model, text), 1, 0.035) << text << " in " << bytes;  // steps of 1/16 nat
  }
}

TEST_F(NgramTest, EveryDigitIsAsLikely) {
  const auto model = train();
  EXPECT_EQ(log_probability(*model, "rat ate 137"), log_probability(*model, "rat ate 909"));
}

TEST_F(NgramTest, ALineEndsWhereLinesEnd) {
  const auto model = train();
  const auto end_behind = [&](const std::string& text) {
    NgramModel::State state = model->line_start();
    for (const int label : alphabet_.encode(text)) state = model->step(state, label).next;
    return model->line_end_log_probability(state);
  };
  EXPECT_GT(end_behind("100 oats"), -0.5);
  EXPECT_LT(end_behind("the ca"), -4);
}

TEST_F(NgramTest, TheSameTextGivesTheSameBytes) {
  const auto bytes = [&] {
    train(2'000);
    std::ifstream stream(file_, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  };
  EXPECT_EQ(bytes(), bytes());
}

TEST_F(NgramTest, ABadFileIsNamed) {
  train();
  EXPECT_THAT([&] { NgramModel::open(file_, Alphabet(letters("xyz"))); },
              ThrowsMessage<ModelError>(AllOf(HasSubstr("ngram.bin"), HasSubstr("another alphabet"))));
  EXPECT_THAT([&] { NgramModel::open(folder_.path() / "no.bin", alphabet_); },
              ThrowsMessage<ModelError>(AllOf(HasSubstr("no.bin"), HasSubstr("cannot be read"))));
  const auto size = std::filesystem::file_size(file_);
  for (const auto cut : {size - 1, size / 2, std::uintmax_t{64}, std::uintmax_t{63}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(file_, cut);
    EXPECT_THROW(NgramModel::open(file_, alphabet_), ModelError) << cut;
  }
}

TEST_F(NgramTest, NoFlippedByteLeadsOutOfTheFile) {
  train(1'200);
  std::string good;
  {
    std::ifstream stream(file_, std::ios::binary);
    good.assign((std::istreambuf_iterator<char>(stream)), {});
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xFF);
    std::ofstream(file_, std::ios::binary) << bad;
    try {
      log_probability(*NgramModel::open(file_, alphabet_), "the cat sat on the mat 1234");
    } catch (const ModelError&) {
    }
  }
}

TEST(NgramEstimator, IsModifiedKneserNey) {
  // Twice "ab", once "ac": bigrams.
  const auto levels = count_ngrams({{1, 2}, {1, 2}, {1, 3}}, 2);
  ASSERT_EQ(levels[0].size(), 4U);    // the line's end, a, b, c
  EXPECT_EQ(levels[0][0].count, 2U);  // behind b and behind c
  EXPECT_EQ(levels[0][1].count, 1U);  // behind a line's beginning alone, though it stands there three times
  EXPECT_EQ(levels[0][1].occurrences, 3U);
  const NgramEstimator estimator(levels, 4);
  // Single symbols: three of count 1, one of 2, so Y = 3 / 5, D1 = 0.6 and D2 = 1.9 (at most 2 - 0.1), of 5
  // in all.
  const double rest_of_all = 1 - (0.1 + 3 * 0.4) / 5;
  EXPECT_NEAR(estimator.unseen_probability(), rest_of_all / 4, 1e-6);
  const double b = 0.4 / 5 + rest_of_all / 4;
  EXPECT_NEAR(estimator.probability(0, 2), b, 1e-6);
  // Pairs: two of count 1, two of 2, one of 3, so Y = 1 / 3, D1 = 1 / 3 and D2 = 1.5; "a" stands before 3.
  ASSERT_EQ(levels[1][1].symbols, (NgramKey{1, 2}));
  const double rest_of_a = (1.5 + 1.0 / 3) / 3;
  EXPECT_NEAR(estimator.rest(0, 1), rest_of_a, 1e-6);
  EXPECT_NEAR(estimator.probability(1, 1), 0.5 / 3 + rest_of_a * b, 1e-6);
}

}  // namespace
}  // namespace ocrbatch::recognizer
