#include "recognizer/confidence.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "recognizer/beam_agreement.h"
#include "recognizer/confidence_calibration.h"
#include "recognizer/line_words.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// Words of a recognizer that is surer of itself than it should be: right as often as the calibration says.
std::vector<WordOutcome> overconfident_words(std::size_t count, const ConfidenceCalibration& truth) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> log_odds(-3, 9), chance(0, 1);
  std::vector<WordOutcome> words;
  for (std::size_t i = 0; i < count; ++i) {
    const double confidence = sigmoid(log_odds(random));
    words.push_back({confidence, chance(random) < truth(confidence)});
  }
  return words;
}

TEST(Calibration, ChangesNothingByDefaultAndNeverAnOrder) {
  EXPECT_EQ(ConfidenceCalibration{}(0.37), 0.37);
  const ConfidenceCalibration calibration{2.5, -0.4};
  EXPECT_NEAR(calibration(0.9), sigmoid(std::log(9.0) / 2.5 - 0.4), 1e-12);
  double before = -1;
  for (const double confidence : {0.0, 1e-6, 0.2, 0.5, 0.99, 0.999999, 1.0}) {
    const double after = calibration(confidence);
    EXPECT_GT(after, before) << confidence;
    EXPECT_LE(after, 1);
    before = after;
  }
}

TEST(Calibration, FindsHowMuchTooSureARecognizerIs) {
  const ConfidenceCalibration truth{2, -0.5};
  const auto words = overconfident_words(20000, truth);
  const auto found = fit_calibration(words);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->temperature, truth.temperature, 0.1);
  EXPECT_NEAR(found->offset, truth.offset, 0.1);
  const auto after = calibrated(words, *found);
  EXPECT_GT(expected_calibration_error(words), 0.09);
  EXPECT_LT(expected_calibration_error(after), 0.015);
  EXPECT_NEAR(mean_confidence(after), share_right(words), 1e-3);
  EXPECT_DOUBLE_EQ(auroc(after), auroc(words));
}

TEST(Calibration, StaysFiniteWhereAllCanBeToldApart) {
  std::vector<WordOutcome> words(30, {0.9, true});
  words.insert(words.end(), 30, {0.6, false});
  const auto found = fit_calibration(words);
  ASSERT_TRUE(found);
  EXPECT_GT((*found)(0.9), 0.9);
  EXPECT_LT((*found)(0.9), 1);
  EXPECT_LT((*found)(0.6), 0.1);
}

TEST(Calibration, NeedsBothKindsOfWordsAndConfidencesThatSaySomething) {
  EXPECT_FALSE(fit_calibration({}));
  std::vector<WordOutcome> words(1000, {0.9, true});
  words.insert(words.end(), kLeastOutcomes - 1, {0.5, false});
  EXPECT_FALSE(fit_calibration(words));
  words.push_back({0.5, false});
  EXPECT_TRUE(fit_calibration(words));
  for (WordOutcome& word : words) word.confidence = 1 - word.confidence;
  EXPECT_FALSE(fit_calibration(words)) << "right words are less sure";
}

TEST(Calibration, ItsKeyIsReadStrictly) {
  const ConfidenceCalibrations again =
      read_confidence_calibrations(to_json(ConfidenceCalibrations{{1.7, -0.2}, {0.8, 0.3}}));
  EXPECT_EQ(again.of_beam(1).temperature, 1.7);
  EXPECT_EQ(again.of_beam(1).offset, -0.2);
  EXPECT_EQ(again.of_beam(8).temperature, 0.8);
  const auto read = [](const char* text) { return read_confidence_calibrations(boost::json::parse(text)); };
  EXPECT_TRUE(read(R"({"greedy": {"temperature": 2}})").beam.changes_nothing());
  EXPECT_THAT([&] { read(R"({"beam": {"temperature": 0}})"); },
              ThrowsMessage<ConfigError>(HasSubstr("confidence.beam.temperature")));
  EXPECT_THAT([&] { read(R"({"beam": {"temprature": 2}})"); },
              ThrowsMessage<ConfigError>(HasSubstr("confidence.beam.temprature")));
  EXPECT_THAT([&] { read(R"({"temperature": 2})"); },
              ThrowsMessage<ConfigError>(HasSubstr("confidence.temperature")));
}

TEST(CalibrationError, IsTheMeanGapOverBinsOfEqualSize) {
  // Two bins: 0.2 and 0.4 of which none is right, 0.6 and 0.8 of which both are.
  const std::vector<WordOutcome> words{{0.8, true}, {0.2, false}, {0.6, true}, {0.4, false}};
  EXPECT_NEAR(expected_calibration_error(words, 2), (0.3 + 0.3) / 2, 1e-12);
  EXPECT_NEAR(expected_calibration_error(words, 1), 0, 1e-12);
  // More bins than words: some are empty.
  EXPECT_NEAR(expected_calibration_error(words, 15), (0.2 + 0.2 + 0.4 + 0.4) / 4, 1e-12);
  EXPECT_EQ(expected_calibration_error({}), 0);
}

TEST(Auroc, IsTheChanceThatARightWordIsSurer) {
  EXPECT_EQ(auroc(std::vector<WordOutcome>{{0.9, true}, {0.1, false}}), 1);
  EXPECT_EQ(auroc(std::vector<WordOutcome>{{0.1, true}, {0.9, false}}), 0);
  EXPECT_EQ(auroc(std::vector<WordOutcome>{{0.5, true}, {0.5, false}}), 0.5);
  // Of six pairs: 0.9 beats three, 0.4 beats one and equals one.
  EXPECT_NEAR(
      auroc(std::vector<WordOutcome>{{0.9, true}, {0.4, true}, {0.4, false}, {0.3, false}, {0.7, false}}),
      4.5 / 6, 1e-12);
  EXPECT_TRUE(std::isnan(auroc(std::vector<WordOutcome>{{0.9, true}})));
}

TEST(WordsRight, AreThoseThatAnAlignmentPairs) {
  EXPECT_THAT(words_right({"a", "bad", "day"}, {"a", "good", "day"}), ElementsAre(true, false, true));
  EXPECT_THAT(words_right({"noon", "to", "day"}, {"noon", "today"}), ElementsAre(true, false, false));
  EXPECT_THAT(words_right({"two", "words"}, {"the", "two", "words"}), ElementsAre(true, true));
  EXPECT_THAT(words_right({"a", "b"}, {"b", "a"}), ::testing::Contains(false)) << "order counts";
  EXPECT_THAT(words_right({}, {"a"}), ElementsAre());
}

Hypothesis read_as(std::vector<Character> characters) {
  return {std::move(characters)};
}

TEST(SplitWords, FindsWhereAWordIsLeastSure) {
  const Hypothesis line = read_as({{"a", 0, 0, 0.9F},
                                   {"b", 0, 0, 0.6F, 0.5F},
                                   {" ", 0, 0, 0.8F},
                                   {"c", 0, 0, 0.95F, 0.9F},
                                   {"d", 0, 0, 0.9F}});
  const auto words = split_words(line.characters);
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].characters.size(), 2U);
  EXPECT_NEAR(words[0].evidence, 0.3, 1e-6) << "half of the readings have another letter";
  EXPECT_NEAR(words[1].evidence, 0.8, 1e-6) << "the gap before it is doubtful";
  const Hypothesis spaces =
      read_as({{" ", 0, 0, 0.2F}, {"a", 0, 0, 0.9F}, {"\u00A0", 0, 0, 0.7F}, {" ", 0, 0, 0.1F}});
  ASSERT_EQ(split_words(spaces.characters).size(), 1U);
  EXPECT_NEAR(split_words(spaces.characters)[0].evidence, 0.2, 1e-6);
  EXPECT_TRUE(split_words({}).empty());
}

TEST(WordOutcomes, ComparesTheWordsReadWithTheTruth) {
  const auto words = word_outcomes(
      read_as({{"a", 0, 0, 0.9F}, {"b", 0, 0, 0.5F}, {" ", 0, 0, 0.95F}, {"c", 0, 0, 0.8F}}), "ab  d");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_NEAR(words[0].confidence, 0.5, 1e-6);
  EXPECT_TRUE(words[0].right);
  EXPECT_NEAR(words[1].confidence, 0.8, 1e-6);
  EXPECT_FALSE(words[1].right);
}

std::vector<float> shares(std::vector<int> first, std::vector<int> other) {
  return agreement_with_first(
      {BeamReading{std::move(first), -7}, BeamReading{std::move(other), -7 - std::log(3.0)}});
}

TEST(Agreement, IsTheShareOfReadingsThatHaveTheLabel) {
  const auto are = [](std::vector<float> expected) {
    return ::testing::Pointwise(::testing::FloatNear(1e-6F), std::move(expected));
  };
  EXPECT_THAT(shares({1, 2, 3}, {1, 4, 3}), are({1, 0.75F, 1}));
  EXPECT_THAT(shares({1, 2, 3}, {1, 3}), are({1, 0.75F, 1}));
  EXPECT_THAT(shares({1, 2, 3}, {1, 2, 4, 3}), are({1, 0.75F, 0.75F})) << "one more between two";
  EXPECT_THAT(shares({1, 2}, {1, 2, 4}), are({1, 0.75F}));
  EXPECT_THAT(shares({1, 2}, {4, 1, 2}), are({0.75F, 1}));
  EXPECT_THAT(shares({1, 2, 3, 4, 5}, {1, 6, 3, 7, 5}), are({1, 0.75F, 1, 0.75F, 1}));
  EXPECT_THAT(shares({1, 1}, {1}), are({1, 0.75F}));
  EXPECT_TRUE(shares({}, {1}).empty());
  EXPECT_THAT(agreement_with_first({BeamReading{{1, 2}, -5}}), are({1, 1}));
  EXPECT_TRUE(agreement_with_first({}).empty());
}

}  // namespace
}  // namespace ocrbatch::recognizer
