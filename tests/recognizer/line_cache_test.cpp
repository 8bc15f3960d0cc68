#include "recognizer/train/line_cache.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class RandomLines : public LineSource {
 public:
  RandomLines(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {}
  std::optional<std::uint64_t> size() const override { return size_; }
  LabeledLine get(std::uint64_t index) const override {
    if (index % 50 == 7) throw std::runtime_error("image " + std::to_string(index) + " is broken");
    LabeledLine line;
    line.pixels.create(12, 20 + static_cast<int>(index % 90), CV_8UC1);
    cv::RNG random(seed_ * 1000 + index);
    random.fill(line.pixels, cv::RNG::UNIFORM, 0, 256);
    if (index % 50 == 8) line.pixels.release();
    line.text = "text " + std::to_string(index);
    line.name = "name " + std::to_string(index);
    return line;
  }

 private:
  std::uint64_t size_, seed_;
};

void expect_same(const LineSource& cached, const LineSource& original) {
  ASSERT_EQ(cached.size(), original.size());
  for (std::uint64_t i = 0; i < original.size().value(); ++i) {
    LabeledLine expected;
    try {
      expected = original.get(i);
    } catch (const std::runtime_error& error) {
      EXPECT_THAT([&] { cached.get(i); }, ThrowsMessage<std::runtime_error>(error.what()));
      continue;
    }
    const LabeledLine line = cached.get(i);
    EXPECT_EQ(line.text, expected.text);
    EXPECT_EQ(line.name, expected.name);
    ASSERT_EQ(line.pixels.size(), expected.pixels.size());
    if (line.pixels.empty()) continue;
    EXPECT_EQ(cv::norm(line.pixels, expected.pixels, cv::NORM_INF), 0);
  }
}

class LineCacheTest : public ::testing::Test {
 protected:
  bool write(const std::string& key = "key") { return write_line_cache(file_, key, {&a_, &b_}, 3, {}); }
  std::shared_ptr<const LineCache> open(const std::string& key = "key") {
    return LineCache::open(file_, key, why_);
  }

  testing::TemporaryFolder folder_;
  const std::string file_ = (folder_.path() / "lines.cache").string();
  const RandomLines a_{300, 1}, b_{41, 2};
  std::string why_;
};

TEST_F(LineCacheTest, GivesTheLinesOfEachSourceBack) {
  ASSERT_TRUE(write());
  const auto cache = open();
  ASSERT_TRUE(cache) << why_;
  ASSERT_EQ(cache->sources(), 2U);
  expect_same(*cached_lines(cache, 0), a_);
  expect_same(*cached_lines(cache, 1), b_);
  EXPECT_THROW(cached_lines(cache, 1)->get(41), std::out_of_range);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1)
      << "a file was left behind";
}

TEST_F(LineCacheTest, ThreadsReadTogether) {
  ASSERT_TRUE(write());
  const auto lines = cached_lines(open(), 0);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 0; i < 300; ++i) {
        if (i % 50 != 7 && lines->get(i).text != "text " + std::to_string(i)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(LineCacheTest, AnotherKeyOrNoFileIsNoCache) {
  EXPECT_FALSE(open());
  EXPECT_EQ(why_, "");
  ASSERT_TRUE(write());
  EXPECT_FALSE(open("another"));
  EXPECT_THAT(why_, HasSubstr("of other data"));
}

TEST_F(LineCacheTest, DamageIsSeenWhereverItIs) {
  ASSERT_TRUE(write());
  const auto size = std::filesystem::file_size(file_);
  for (const std::uintmax_t at :
       {std::uintmax_t{3}, std::uintmax_t{40}, std::uintmax_t{200}, size / 2, size - 5}) {
    ASSERT_TRUE(write());
    std::fstream stream(file_, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(stream.get() ^ 0x55);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
    stream.close();
    EXPECT_FALSE(open()) << at;
    EXPECT_NE(why_, "") << at;
  }
  for (const std::uintmax_t length : {std::uintmax_t{0}, std::uintmax_t{50}, size / 2, size - 1}) {
    ASSERT_TRUE(write());
    std::filesystem::resize_file(file_, length);
    EXPECT_FALSE(open()) << length;
    EXPECT_NE(why_, "") << length;
  }
}

TEST_F(LineCacheTest, AStoppedRunLeavesNothingBehind) {
  EXPECT_FALSE(write_line_cache(file_, "key", {&a_}, 2, [] { return true; }));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(LineCacheTest, AFolderThatIsNotThereIsNamed) {
  EXPECT_THAT([&] { write_line_cache((folder_.path() / "no/lines").string(), "key", {&a_}, 1, {}); },
              ThrowsMessage<LineCacheError>(HasSubstr("no/lines: the cache cannot be written")));
}

}  // namespace
}  // namespace ocrbatch::recognizer
