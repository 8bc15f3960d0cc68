// Messages between processes: all of what is said arrives, and nothing that was not said passes.
#include "pipeline/reading/messages.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "pipeline/reading/message_socket.h"
#include "pipeline/reading/reply_check.h"

namespace ocrbatch::pipeline {
namespace {

constexpr kernels::LinePreparation kLines{};

SentPage some_page() {
  SentPage sent;
  ReadPage& page = sent.page;
  page.width_px = 1000;
  page.height_px = 800;
  page.dpi = 300;
  page.rotation_deg = 90;
  page.decode_ms = 1.5;
  page.layout.neighbours = {40, 3};
  page.layout.may_be_one_line = true;
  for (int i = 0; i < 3; ++i) {
    io::Line line;
    line.bbox = {10, 100 * i, 500, 100 * i + 40};
    line.baseline_start = {10, 100. * i + 30};
    line.baseline_end = {500, 100. * i + 31};
    page.layout.blocks.push_back({.bbox = line.bbox, .paragraphs = {{.bbox = line.bbox, .lines = {line}}}});
    page.layout.geometries.push_back({{10, 30}, {500, 31}, 20, 6, 12});
    page.layout.geometries.back().bend_px[4] = 2.5F;
    page.layout.doubts.push_back(i == 1 ? Doubt::kDoubtful : Doubt::kNone);
    page.lines.push_back({{}, cv::Matx23f(2, 0, 10, 0, 2, 5)});
    sent.sizes.push_back({kLines.height_px, 400});
  }
  return sent;
}

TEST(ReadingMessages, CarryAPage) {
  SentPage found;
  decode(encode(some_page()), found);
  ASSERT_TRUE(makes_sense(found, kLines, 1 << 20));
  EXPECT_EQ(encode(found), encode(some_page()));
  EXPECT_EQ(found.page.layout.blocks.at(2).paragraphs.at(0).lines.at(0).bbox, (io::Box{10, 200, 500, 240}));
  EXPECT_EQ(found.page.rotation_deg, 90);
  EXPECT_EQ(found.page.layout.doubts, some_page().page.layout.doubts);
  EXPECT_EQ(found.page.layout.neighbours.beside, 40);
  EXPECT_EQ(found.page.layout.neighbours.above_or_below, 3);
  EXPECT_TRUE(found.page.layout.may_be_one_line);
  EXPECT_EQ(found.page.lines.at(1).to_page(0, 2), 10);
  EXPECT_EQ(found.page.layout.geometries.at(1).bend_px[4], 2.5F);
}

TEST(ReadingMessages, CarryErrorsAndOptions) {
  SentPage failed;
  failed.page.error = {io::ErrorCode::kCorrupt, "damaged"};
  SentPage found;
  decode(encode(failed), found);
  ASSERT_TRUE(found.page.error);
  EXPECT_EQ(found.page.error->message, "damaged");

  WorkerSetup setup, same;
  setup.options.read.dpi = 250;
  setup.options.layout = LayoutMode::kLine;
  setup.options.lines.suppress_neighbours = false;
  setup.memory_bytes = 1ULL << 40;
  decode(encode(setup), same);
  EXPECT_EQ(same.options.read.dpi, 250);
  EXPECT_EQ(same.options.layout, LayoutMode::kLine);
  EXPECT_FALSE(same.options.lines.suppress_neighbours);
  EXPECT_EQ(same.memory_bytes, 1ULL << 40);

  WorkerRequest request;
  decode(encode({WorkerRequest::Kind::kPageSize, std::string("a\0\n\xff", 4), 7, {180, 0.25, true}, 9}),
         request);
  EXPECT_EQ(request.document, std::string("a\0\n\xff", 4));
  EXPECT_EQ(request.index, 7);
  EXPECT_EQ(request.view, (ImageView{.turn_deg = 180, .trim = 0.25, .as_one_line = true}));
}

TEST(ReadingMessages, AreRefusedWhenCutShortOrTooLong) {
  const std::string bytes = encode(some_page());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    SentPage found;
    EXPECT_THROW(decode(bytes.substr(0, length), found), std::exception) << length;
  }
  SentPage found;
  EXPECT_THROW(decode(bytes + "x", found), std::exception);
}

// Whatever the bytes: an exception, or a page that is refused, or one that keeps its promises.
TEST(ReadingMessages, DamagedOnesDoNoHarm) {
  const std::string good = encode(some_page());
  std::mt19937 random(1);
  int believed = 0, refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
    SentPage found;
    try {
      decode(bytes, found);
      if (!makes_sense(found, kLines, 100'000)) throw std::runtime_error("refused");
    } catch (const std::exception&) {
      ++refused;
      continue;
    }
    ++believed;
    if (found.page.error) continue;
    std::uint64_t pixel_bytes = 0;
    for (const auto& [rows, cols] : found.sizes) {
      EXPECT_TRUE((rows == 0 && cols == 0) || (rows == kLines.height_px && cols > 0));
      pixel_bytes += static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols);
    }
    EXPECT_LE(pixel_bytes, 100'000U);
    std::size_t lines = lines_in_order(found.page.layout.blocks).size();
    EXPECT_EQ(lines, found.sizes.size());
    for (const io::Line* line : lines_in_order(found.page.layout.blocks)) {
      EXPECT_GE(line->bbox.x0, 0);
      EXPECT_LE(line->bbox.y1, found.page.height_px);
    }
  }
  EXPECT_GT(believed, 1000);
  EXPECT_GT(refused, 1000);
}

class Sockets : public ::testing::Test {
 protected:
  Sockets() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  ~Sockets() override {
    for (const int end : ends_) ::close(end);
  }
  int ends_[2] = {-1, -1};
};

TEST_F(Sockets, CarryMessagesLargerThanTheirBuffers) {
  const std::string large(20 << 20, 'x');
  std::thread sender([&] {
    Deadline soon(30);
    EXPECT_EQ(send_message(ends_[0], large, soon), Transfer::kDone);
    EXPECT_EQ(send_message(ends_[0], "", soon), Transfer::kDone);
  });
  std::string found;
  Deadline soon(30);
  EXPECT_EQ(receive_message(ends_[1], found, soon), Transfer::kDone);
  EXPECT_EQ(found, large);
  EXPECT_EQ(receive_message(ends_[1], found, soon), Transfer::kDone);
  EXPECT_EQ(found, "");
  sender.join();
}

TEST_F(Sockets, GiveUpInTime) {
  std::string found;
  Deadline soon(0.2);
  EXPECT_EQ(receive_message(ends_[1], found, soon), Transfer::kLate);
  EXPECT_EQ(::write(ends_[0], "\4\0", 2), 2);
  Deadline later(0.2);
  EXPECT_EQ(receive_message(ends_[1], found, later), Transfer::kLate);
  Deadline full(0.2);
  EXPECT_EQ(send_message(ends_[0], std::string(20 << 20, 'x'), full), Transfer::kLate);
}

TEST_F(Sockets, TellThatTheOtherSideHasEnded) {
  EXPECT_FALSE(has_news(ends_[1]));
  ::shutdown(ends_[0], SHUT_RDWR);
  EXPECT_TRUE(has_news(ends_[1]));
  std::string found;
  Deadline soon(5);
  EXPECT_EQ(receive_message(ends_[1], found, soon), Transfer::kClosed);
  EXPECT_EQ(send_message(ends_[1], "x", soon), Transfer::kClosed);
}

}  // namespace
}  // namespace ocrbatch::pipeline
