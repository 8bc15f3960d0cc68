#include "recognizer/language/text_scorer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "recognizer/ctc_beam_search.h"
#include "recognizer/language/train_ngram.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> labels;
  for (const char c : text) labels.emplace_back(1, c);
  return labels;
}

class TextScorerTest : public ::testing::Test {
 protected:
  TextScorerTest() {
    std::ofstream text(folder_.path() / "text.txt");
    for (int i = 0; i < 40; ++i) text << "hello old sole, lo and behold 1000 soles\n";
    text.close();
    NgramJob job;
    job.text = {folder_.path()};
    train_ngram(job, alphabet_, folder_.path() / "ngram.bin");
    model_ = NgramModel::open(folder_.path() / "ngram.bin", alphabet_);
    decoding_.beam_width = 16;
    decoding_.language_model = model_.get();
    decoding_.language_weight = 1;
    decoding_.length_bonus = 1;
  }

  ScoredText score(const std::string& text) const {
    TextScorer scorer(decoding_);
    ScoredText scored = scorer.line_start();
    for (const int label : alphabet_.encode(text)) scored = scorer.append(scored, label);
    return scored;
  }

  // What is read where each character of `first` has probability 0.6 and that of `second` 0.4, with blanks
  // between.
  std::string read(const std::string& first, const std::string& second) const {
    std::vector<float> rows;
    const auto row = [&](std::vector<std::pair<int, double>> likely) {
      std::vector<double> p(static_cast<std::size_t>(alphabet_.classes()), 1e-6);
      for (const auto& [label, probability] : likely) p[static_cast<std::size_t>(label)] += probability;
      for (const double value : p) rows.push_back(static_cast<float>(std::log(value)));
    };
    const auto a = alphabet_.encode(first), b = alphabet_.encode(second);
    for (std::size_t i = 0; i < a.size(); ++i) {
      row({{a[i], 0.6}, {b[i], 0.4}});
      row({{Alphabet::kBlank, 1}});
    }
    return alphabet_.decode(CtcBeamSearch(decoding_).best_labels(rows.data(), static_cast<int>(2 * a.size()),
                                                                 alphabet_.classes()));
  }

  ocrbatch::testing::TemporaryFolder folder_;
  Alphabet alphabet_{letters(" ,.-(0123456789abcdefghijklmnopqrstuvwxyzSO")};
  std::unique_ptr<const NgramModel> model_;
  Decoding decoding_;
};

TEST_F(TextScorerTest, WordsAreHeard) {
  EXPECT_EQ(read("hella and", "hello and"), "hello and");
  EXPECT_EQ(read("hello and", "hella and"), "hello and");
  decoding_.language_model = nullptr;
  EXPECT_EQ(read("hella and", "hello and"), "hella and");
}

TEST_F(TextScorerTest, DigitsAndCodesAreReadAsTheNetworkSeesThem) {
  // As many 1000 as the text has, and as much as its letters are likelier than others: no vote.
  EXPECT_EQ(read("7385", "1000"), "7385");
  EXPECT_EQ(read("sole7x", "sole7s"), "sole7x");
  EXPECT_EQ(read("x7oqle", "x7solo"), "x7oqle");
  EXPECT_EQ(read("7.5", "7,5"), "7.5");
  EXPECT_EQ(read("5l0", "5lo"), "5l0");  // with a digit either way
}

TEST_F(TextScorerTest, ACodeCountsNothingWhateverItsLettersAre) {
  const float hello = score("hello ").score;
  EXPECT_GT(hello, 0);
  EXPECT_EQ(score("xq7zz-k").score, 0);
  for (const char* code : {"7385", "x7", "old7", "x7 ", "7sole", "old7 ", "old-7", "7-old", "7xsole"})
    EXPECT_EQ(score(std::string("hello ") + code).score, hello) << code;
  EXPECT_GT(score("hello x7 sole").score, hello);
  // Longer words do not have to give up their worth for a digit.
  EXPECT_GE(score("sole(7)").score, score("sole(x)").score);
  EXPECT_EQ(score("hello7").score, score("hello-7").score);
  EXPECT_GT(score("hello7").score, 0);
  EXPECT_EQ(TextScorer(decoding_).at_line_end(score("hello x7")), hello);
}

TEST_F(TextScorerTest, AnUnlikelyWordIsWorthNoLessThanACode) {
  EXPECT_EQ(score("hello qSxO").score, score("hello q5x0").score);
  EXPECT_EQ(read("qSxO", "q5x0"), "qSxO");
  EXPECT_EQ(read("q5x0", "qSxO"), "q5x0");
}

TEST_F(TextScorerTest, MarksAndGapsAddNothing) {
  EXPECT_LE(score("hello.").score, score("hello").score);
  EXPECT_LE(score("hello ").score, score("hello").score);
  EXPECT_EQ(score("......").score, 0);
}

TEST_F(TextScorerTest, AMarkEndsAWordAsAGapDoes) {
  // Whether there is a gap before a mark is the network's to say.
  EXPECT_NEAR(score("hello(old").score, score("hello (old").score, 1e-4);
  EXPECT_NEAR(score("hello.").score, score("hello ").score, 1e-4);
  EXPECT_GE(score("hello-old").score, score("hello").score);
  EXPECT_EQ(score("old-7").score, 0);
}

TEST(TextSymbols, AreSharedByWhatPaperWritesInItsOwnWay) {
  const Alphabet alphabet(
      {" ", "s", "\u017F", "'", "\u2019", "\"", "\u201D", "\u201E", "-", "\u2013", "0", "7", "a"});
  const TextSymbols symbols(alphabet);
  const auto symbol = [&](const char* text) { return symbols.of(alphabet.encode(text).at(0)); };
  EXPECT_EQ(symbol("\u017F"), symbol("s"));
  EXPECT_EQ(symbol("\u2019"), symbol("'"));
  EXPECT_EQ(symbol("\u201D"), symbol("\""));
  EXPECT_EQ(symbol("\u201E"), symbol("\""));
  EXPECT_EQ(symbol("\u2013"), symbol("-"));
  EXPECT_EQ(symbol("7"), symbol("0"));
  EXPECT_NE(symbol("'"), symbol("\""));
  EXPECT_NE(symbol("a"), symbol("s"));
  EXPECT_EQ(symbols.different(), 1 + 7);
  EXPECT_TRUE(symbols.is_digit(alphabet.encode("7").at(0)));
  EXPECT_FALSE(symbols.is_digit(alphabet.encode("a").at(0)));
}

TEST_F(TextScorerTest, TheBoundHolds) {
  TextScorer scorer(decoding_);
  for (const char* text : {"", "hello", "hello x", "hello x7", "qqqq", "qqqqqq"}) {
    const ScoredText before = score(text);
    for (int label = 1; label < alphabet_.classes(); ++label)
      EXPECT_LE(scorer.append(before, label).score, scorer.bound_of_next(before)) << text;
  }
}

}  // namespace
}  // namespace ocrbatch::recognizer
