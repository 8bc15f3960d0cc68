#include "recognizer/train/source_mix.h"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "recognizer/train/batch_loader.h"

namespace ocrbatch::recognizer {
namespace {

// Line i is named "<name><i>".
class NamedLines : public LineSource {
 public:
  NamedLines(std::string name, std::optional<std::uint64_t> size) : name_(std::move(name)), size_(size) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  LabeledLine get(std::uint64_t index) const override { return {{}, name_ + std::to_string(index), ""}; }

 private:
  std::string name_;
  std::optional<std::uint64_t> size_;
};

LineSources sources(std::initializer_list<std::pair<const char*, std::optional<std::uint64_t>>> list) {
  LineSources out;
  for (const auto& [name, size] : list) out.push_back(std::make_unique<NamedLines>(name, size));
  return out;
}

std::vector<std::string> texts(const LineSource& source, std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> out;
  for (std::uint64_t i = first; i < first + count; ++i) out.push_back(source.get(i).text);
  return out;
}

TEST(Mix, DrawsInTheProportionOfTheWeights) {
  const auto mixed = mix(sources({{"a", std::nullopt}, {"b", 10}, {"c", 500}}), {3, 1, 0.5}, 7);
  std::map<char, int> drawn;
  for (const std::string& text : texts(*mixed, 0, 9 * 1000)) ++drawn[text[0]];
  EXPECT_NEAR(drawn['a'], 6000, 20);
  EXPECT_NEAR(drawn['b'], 2000, 20);
  EXPECT_NEAR(drawn['c'], 1000, 20);
}

TEST(Mix, KeepsTheProportionWithinAThousandLines) {
  const auto mixed = mix(sources({{"a", 5}, {"b", std::nullopt}}), {1, 3}, 1);
  for (std::uint64_t block = 0; block < 5; ++block) {
    const auto drawn = texts(*mixed, block * 1024, 1024);
    EXPECT_EQ(std::ranges::count_if(drawn, [](const std::string& text) { return text[0] == 'a'; }), 256);
  }
}

TEST(Mix, ALineDependsOnItsNumberAndTheSeedAlone) {
  const auto one = mix(sources({{"a", 50}, {"b", std::nullopt}}), {1, 2}, 3);
  const auto other = mix(sources({{"a", 50}, {"b", std::nullopt}}), {1, 2}, 3);
  const auto reseeded = mix(sources({{"a", 50}, {"b", std::nullopt}}), {1, 2}, 4);
  const auto expected = texts(*one, 0, 3000);
  for (std::uint64_t i = 3000; i-- > 0;) EXPECT_EQ(other->get(i).text, expected[i]);
  EXPECT_NE(texts(*reseeded, 0, 3000), expected);
}

TEST(Mix, AFiniteSourceIsSeenWholeEachPassInAnotherOrderAndAnEndlessOneWithoutRepeats) {
  const auto mixed = mix(sources({{"a", 512}, {"b", std::nullopt}}), {1, 1}, 3);
  std::vector<std::string> finite;
  std::set<std::string> endless;
  for (const std::string& text : texts(*mixed, 0, 2048)) {
    if (text[0] == 'a')
      finite.push_back(text);
    else
      EXPECT_TRUE(endless.insert(text).second) << text;
  }
  ASSERT_EQ(finite.size(), 1024U);
  const std::vector<std::string> first(finite.begin(), finite.begin() + 512);
  const std::vector<std::string> second(finite.begin() + 512, finite.end());
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 512U);
  EXPECT_EQ(std::set<std::string>(second.begin(), second.end()).size(), 512U);
  EXPECT_NE(first, second);
  EXPECT_TRUE(endless.contains("b0"));
  EXPECT_TRUE(endless.contains("b1023"));
}

TEST(Mix, AnEpochIsTheSumOfTheSizesWhereAllAreFinite) {
  EXPECT_EQ(mix(sources({{"a", 30}, {"b", 12}}), {1, 5}, 1)->lines_per_pass(), 42U);
  EXPECT_EQ(mix(sources({{"a", 30}, {"b", std::nullopt}}), {1, 5}, 1)->lines_per_pass(), 0U);
  EXPECT_EQ(mix(sources({{"a", 30}, {"b", 12}}), {1, 5}, 1)->size(), std::nullopt);
  EXPECT_EQ(NamedLines("a", 5).lines_per_pass(), 5U);
  EXPECT_EQ(NamedLines("a", std::nullopt).lines_per_pass(), 0U);
}

TEST(Mix, AResumedLoaderContinuesWithTheSameBatches) {
  const auto mixed = mix(sources({{"a", 7}, {"b", std::nullopt}, {"c", 90}}), {1, 2, 0.01}, 3);
  const auto batch = [](BatchLoader& loader) {
    std::vector<std::string> out;
    for (const LabeledLine& line : loader.next()) out.push_back(line.text);
    return out;
  };
  BatchLoader whole(*mixed, 4, 3, 9, 0), resumed(*mixed, 4, 1, 9, 41);
  for (int step = 0; step < 41; ++step) batch(whole);
  for (int step = 41; step < 90; ++step) EXPECT_EQ(batch(resumed), batch(whole)) << step;
}

TEST(Mix, WeightsAreCheckedAndEmptySourcesRefused) {
  EXPECT_THROW(mix(sources({{"a", 3}}), {0}, 1), std::invalid_argument);
  EXPECT_THROW(mix(sources({{"a", 3}}), {1, 1}, 1), std::invalid_argument);
  EXPECT_THROW(mix(sources({{"a", 0}}), {1}, 1), std::invalid_argument);
}

TEST(Concatenate, PutsOneSourceBehindTheOther) {
  const auto all = concatenate(sources({{"a", 2}, {"b", 0}, {"c", 3}}));
  EXPECT_EQ(all->size(), 5U);
  EXPECT_THAT(texts(*all, 0, 5), ::testing::ElementsAre("a0", "a1", "c0", "c1", "c2"));
  EXPECT_THROW(all->get(5), std::out_of_range);
  EXPECT_THROW(concatenate(sources({{"a", 2}, {"b", std::nullopt}})), std::invalid_argument);
}

TEST(SelectAndTake, LeaveOutTheRest) {
  const auto some = select(std::make_unique<NamedLines>("a", 9), {2, 3, 8});
  EXPECT_EQ(some->size(), 3U);
  EXPECT_THAT(texts(*some, 0, 3), ::testing::ElementsAre("a2", "a3", "a8"));
  EXPECT_EQ(take(std::make_unique<NamedLines>("a", std::nullopt), 4)->size(), 4U);
  EXPECT_EQ(take(std::make_unique<NamedLines>("a", 3), 4)->size(), 3U);
}

// The order that a single finite source had before there were mixtures: training runs of then can be resumed.
TEST(EpochOrder, IsFixed) {
  const EpochOrder order(8, 5);
  std::vector<std::uint64_t> seen;
  for (std::uint64_t n = 0; n < 16; ++n) seen.push_back(order.at(n));
  std::vector<std::uint64_t> expected;
  for (const std::uint64_t pass : {0U, 1U}) {
    std::mt19937_64 random(5 * 1000003 + pass);
    std::vector<std::uint64_t> items{0, 1, 2, 3, 4, 5, 6, 7};
    for (std::size_t i = 8; i > 1; --i) std::swap(items[i - 1], items[random() % i]);
    expected.insert(expected.end(), items.begin(), items.end());
  }
  EXPECT_EQ(seen, expected);
}

TEST(Rehearse, APassHasEveryLineOnceAndItsShareOfTheOthers) {
  const auto lines = rehearse(std::make_unique<NamedLines>("a", 600),
                              std::make_unique<NamedLines>("b", std::nullopt), 0.25, 7);
  EXPECT_EQ(lines->size(), std::nullopt);
  EXPECT_EQ(lines->lines_per_pass(), 800U);
  std::map<char, int> drawn;
  std::set<std::string> different;
  for (const std::string& text : texts(*lines, 0, 4 * 800)) {
    ++drawn[text[0]];
    if (text[0] == 'a') different.insert(text);
  }
  EXPECT_NEAR(drawn['b'], 800, 3);
  EXPECT_EQ(different.size(), 600U);
  const auto again = rehearse(std::make_unique<NamedLines>("a", 600),
                              std::make_unique<NamedLines>("b", std::nullopt), 0.25, 7);
  EXPECT_EQ(texts(*lines, 100, 50), texts(*again, 100, 50));
}

TEST(Rehearse, EndlessLinesHaveNoPass) {
  const auto lines = rehearse(std::make_unique<NamedLines>("a", std::nullopt),
                              std::make_unique<NamedLines>("b", 10), 0.5, 7);
  EXPECT_EQ(lines->lines_per_pass(), 0U);
  EXPECT_THROW(rehearse(nullptr, nullptr, 1, 7), std::invalid_argument);
}

TEST(Concatenate, LabelsAreThoseOfTheLines) {
  const auto all = select(concatenate(sources({{"a", 2}, {"b", 2}})), {3, 0});
  EXPECT_EQ(all->text(0), "b1");
  EXPECT_EQ(take(std::make_unique<NamedLines>("c", 5), 2)->text(1), "c1");
}

}  // namespace
}  // namespace ocrbatch::recognizer
