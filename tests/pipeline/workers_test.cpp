// Reading in processes: the same as in this one, and safe from whatever they do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "pipeline/page_reading.h"
#include "pipeline/reading/document_reader.h"
#include "tests/support/child_processes.h"
#include "tests/support/documents.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void expect_same(const ReadPage& a, const ReadPage& b) {
  ASSERT_EQ(a.error.has_value(), b.error.has_value()) << (a.error ? a.error : b.error)->message;
  if (a.error) {
    EXPECT_EQ(a.error->code, b.error->code);
    EXPECT_EQ(a.error->message, b.error->message);
    return;
  }
  EXPECT_EQ(a.width_px, b.width_px);
  EXPECT_EQ(a.height_px, b.height_px);
  EXPECT_EQ(a.dpi, b.dpi);
  EXPECT_EQ(a.rotation_deg, b.rotation_deg);
  ASSERT_EQ(a.layout.blocks.size(), b.layout.blocks.size());
  for (std::size_t i = 0; i < a.layout.blocks.size(); ++i) {
    EXPECT_EQ(a.layout.blocks[i].type, b.layout.blocks[i].type);
    EXPECT_EQ(a.layout.blocks[i].bbox, b.layout.blocks[i].bbox);
    ASSERT_EQ(a.layout.blocks[i].paragraphs.size(), b.layout.blocks[i].paragraphs.size());
    for (std::size_t j = 0; j < a.layout.blocks[i].paragraphs.size(); ++j) {
      const io::Paragraph &c = a.layout.blocks[i].paragraphs[j], &d = b.layout.blocks[i].paragraphs[j];
      EXPECT_EQ(c.bbox, d.bbox);
      ASSERT_EQ(c.lines.size(), d.lines.size());
      for (std::size_t k = 0; k < c.lines.size(); ++k) {
        EXPECT_EQ(c.lines[k].bbox, d.lines[k].bbox);
        EXPECT_EQ(c.lines[k].baseline_start.y, d.lines[k].baseline_start.y);
        EXPECT_EQ(c.lines[k].baseline_end.x, d.lines[k].baseline_end.x);
      }
    }
  }
  EXPECT_EQ(a.layout.neighbours.beside, b.layout.neighbours.beside);
  EXPECT_EQ(a.layout.neighbours.above_or_below, b.layout.neighbours.above_or_below);
  ASSERT_EQ(a.layout.geometries.size(), b.layout.geometries.size());
  ASSERT_EQ(a.lines.size(), b.lines.size());
  for (std::size_t i = 0; i < a.lines.size(); ++i) {
    EXPECT_EQ(a.layout.geometries[i].ascent_px, b.layout.geometries[i].ascent_px);
    EXPECT_EQ(a.layout.geometries[i].x_height_px, b.layout.geometries[i].x_height_px);
    EXPECT_EQ(a.lines[i].to_page, b.lines[i].to_page);
    ASSERT_EQ(a.lines[i].pixels.size(), b.lines[i].pixels.size());
    EXPECT_EQ(cv::norm(a.lines[i].pixels, b.lines[i].pixels, cv::NORM_INF), 0);
  }
}

PageReadingOptions for_bars() {
  PageReadingOptions options;
  options.layout = LayoutMode::kTesseract;  // for which bars are print
  return options;
}

class Workers : public ::testing::Test {
 protected:
  std::unique_ptr<PageReading> real() {
    workers.program = OCRBATCH_WORKER;
    return read_in_workers(options, workers);
  }
  std::unique_ptr<PageReading> misbehaving() {
    workers.program = OCRBATCH_MISBEHAVING_WORKER;
    return read_in_workers(options, workers);
  }
  fs::path file(const std::string& name) const { return folder_.path() / name; }

  PageReadingOptions options = for_bars();
  WorkerOptions workers;

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(Workers, ReadTheSameAsThisProcess) {
  testing::write_tiff(file("a.tif"),
                      {testing::bar_page(1, 12, 1200, 900), testing::bar_page(2, 30, 2400, 3200),
                       cv::Mat(800, 600, CV_8UC1, cv::Scalar(255))});
  testing::write_pgm(file("b.pgm"), testing::bar_page(3, 20, 1500, 2000));
  testing::write_text(file("c.pdf"), "%PDF-1.4\nbroken off");
  testing::write_text(file("d.txt"), "no document");
  const auto workers = real();
  const auto here = read_in_this_process(options);
  for (const char* name : {"a.tif", "b.pgm", "c.pdf", "d.txt", "missing.png"}) {
    SCOPED_TRACE(name);
    const auto count = workers->page_count(file(name)), expected = here->page_count(file(name));
    ASSERT_EQ(count.ok(), expected.ok());
    for (int i = 0; i < (count ? count.value() : 1); ++i) {
      const auto size = workers->page_size(file(name), i);
      const auto expected_size = here->page_size(file(name), i);
      ASSERT_EQ(size.ok(), expected_size.ok());
      EXPECT_EQ(size ? size.value().width_px : 0, size ? expected_size.value().width_px : 0);
      expect_same(workers->read(file(name), i), here->read(file(name), i));
      const ImageView view{.turn_deg = 90, .trim = 0.1, .as_one_line = true};
      expect_same(workers->read(file(name), i, view), here->read(file(name), i, view));
    }
  }
  EXPECT_GE(here->read(file("a.tif"), 1).lines.size(), 20U) << "the test has lines to compare";
  EXPECT_EQ(workers->statistics().started, 2U) << "one that looks ahead and one that reads";
  EXPECT_EQ(workers->statistics().lost, 0U);
  EXPECT_GT(workers->statistics().peak_bytes, 20U << 20);
}

TEST_F(Workers, SendMorePixelsThanTheirMemoryHeldAtFirst) {
  options.lines.height_px = 200;
  options.lines.max_width_px = 5000;
  testing::write_pgm(file("a.pgm"), testing::bar_page(1, 30, 2400, 3200));
  const auto workers = real();
  const ReadPage page = workers->read(file("a.pgm"), 0);
  ASSERT_FALSE(page.error) << page.error->message;
  std::size_t bytes = 0;
  for (const auto& line : page.lines) bytes += line.pixels.total();
  EXPECT_GT(bytes, 16U << 20);
  expect_same(page, read_in_this_process(options)->read(file("a.pgm"), 0));
  expect_same(page, workers->read(file("a.pgm"), 0));  // after the memory above was given back
}

TEST_F(Workers, TakeNamesOfAnyBytes) {
  for (const std::string name : {"new\nline.pgm", "not \xff\xfe utf-8.pgm", "'quoted\".pgm"}) {
    testing::write_pgm(file(name), testing::bar_page(1, 5, 600, 400));
    EXPECT_FALSE(real()->read(file(name), 0).error) << name;
  }
  EXPECT_EQ(real()->read(std::string(100000, 'x'), 0).error->code, io::ErrorCode::kUnreadable);
}

TEST_F(Workers, SeeThatAFileWasExchanged) {
  testing::write_tiff(file("a.tif"), {testing::bar_page(1, 5, 600, 400), testing::bar_page(2, 5, 600, 400)});
  const auto workers = real();
  EXPECT_EQ(workers->page_count(file("a.tif")).value(), 2);
  EXPECT_EQ(workers->read(file("a.tif"), 0).width_px, 600);
  testing::write_tiff(file("b.tif"), {testing::bar_page(1, 5, 800, 400)});
  fs::rename(file("b.tif"), file("a.tif"));
  EXPECT_EQ(workers->read(file("a.tif"), 0).width_px, 800);
  const ReadPage gone = workers->read(file("a.tif"), 1);
  ASSERT_TRUE(gone.error);
  EXPECT_THAT(gone.error->message, HasSubstr("changed during the run"));
  fs::remove(file("a.tif"));
  EXPECT_EQ(workers->read(file("a.tif"), 0).error->code, io::ErrorCode::kNotFound);
  EXPECT_EQ(workers->statistics().lost, 0U);
}

TEST_F(Workers, AreEndedWhenAPageTakesTooLong) {
  testing::write_endless_pdf(file("endless.pdf"));
  testing::write_pgm(file("b.pgm"), testing::bar_page(3, 10, 900, 700));
  workers.timeout_s = 1;
  const auto reading = real();
  const auto start = std::chrono::steady_clock::now();
  const ReadPage page = reading->read(file("endless.pdf"), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  ASSERT_TRUE(page.error);
  EXPECT_EQ(page.error->code, io::ErrorCode::kTimeout);
  EXPECT_THAT(page.error->message, HasSubstr("longer than 1 s"));
  EXPECT_FALSE(reading->read(file("b.pgm"), 0).error);
  EXPECT_EQ(reading->statistics().lost, 1U) << "a page that was late is not tried again";
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Workers, AreRefusedMoreMemoryThanAllowed) {
  testing::write_pgm(file("large.pgm"), cv::Mat(9000, 9000, CV_8UC1, cv::Scalar(255)));
  testing::write_pgm(file("small.pgm"), testing::bar_page(3, 10, 900, 700));
  workers.memory_bytes = 100 << 20;
  const auto reading = real();
  const ReadPage page = reading->read(file("large.pgm"), 0);
  ASSERT_TRUE(page.error);
  EXPECT_EQ(page.error->code, io::ErrorCode::kOutOfMemory);
  EXPECT_THAT(page.error->message, HasSubstr("more than 100 MiB"));
  EXPECT_FALSE(reading->read(file("small.pgm"), 0).error);
  workers.memory_bytes = 1 << 30;
  EXPECT_FALSE(real()->read(file("large.pgm"), 0).error);
}
#endif

TEST_F(Workers, AreReplacedAfterManyPages) {
  testing::write_pgm(file("a.pgm"), testing::bar_page(3, 10, 900, 700));
  workers.pages_a_worker = 3;
  const auto reading = real();
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(reading->read(file("a.pgm"), 0).error);
  EXPECT_EQ(reading->statistics().started, 3U);
  EXPECT_EQ(reading->statistics().recycled, 2U);
  EXPECT_EQ(testing::child_processes(::getpid()).size(), 1U);
}

TEST_F(Workers, LeaveNothingBehind) {
  testing::write_pgm(file("a.pgm"), testing::bar_page(3, 10, 900, 700));
  auto reading = real();
  EXPECT_TRUE(reading->page_count(file("a.pgm")));
  EXPECT_FALSE(reading->read(file("a.pgm"), 0).error);
  EXPECT_EQ(testing::child_processes(::getpid()).size(), 2U);
  reading.reset();
  EXPECT_THAT(testing::child_processes(::getpid()), IsEmpty()) << "neither running nor a zombie";
}

TEST_F(Workers, AreReplacedWhenKilledFromOutside) {
  testing::write_pgm(file("a.pgm"), testing::bar_page(3, 40, 2400, 3200));
  const auto reading = real();
  const ReadPage undisturbed = reading->read(file("a.pgm"), 0);
  for (const int delay_ms : {0, 5, 20, 50}) {
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
      for (const pid_t process : testing::child_processes(::getpid())) ::kill(process, SIGKILL);
    });
    expect_same(reading->read(file("a.pgm"), 0), undisturbed);
    killer.join();
  }
  EXPECT_GE(reading->statistics().lost, 2U);
}

TEST_F(Workers, EndSoonAfterTheProcessThatStartedThem) {
  testing::write_endless_pdf(file("endless.pdf"));
  const pid_t parent = ::fork();
  if (parent == 0) {
    real()->read(file("endless.pdf"), 0);
    ::_exit(0);
  }
  std::vector<pid_t> workers;
  for (int i = 0; i < 100 && workers.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    workers = testing::child_processes(parent);
  }
  ASSERT_EQ(workers.size(), 1U);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // it is in the middle of the page now
  ::kill(workers[0], SIGINT);                                   // of a terminal: the run decides what to do
  ::kill(workers[0], SIGTERM);
  ::kill(workers[0], SIGHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(testing::child_processes(parent), workers);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  bool alive = true;
  for (int i = 0; i < 60 && alive; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    alive = testing::is_running(workers[0]);
  }
  EXPECT_FALSE(alive);
}

TEST_F(Workers, GiveUpWhenTheRunStops) {
  testing::write_endless_pdf(file("endless.pdf"));
  workers.program = OCRBATCH_WORKER;
  std::atomic<bool> stop{false};
  const auto reading = read_in_workers(options, workers, &stop);
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    stop = true;
  });
  const auto start = std::chrono::steady_clock::now();
  const ReadPage page = reading->read(file("endless.pdf"), 0);
  stopper.join();
  EXPECT_TRUE(page.given_up);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(9));
}

TEST_F(Workers, ThatCannotBeStartedEndTheRun) {
  workers.program = file("no-such-program");
  EXPECT_THROW(read_in_workers(options, workers)->read("a.pgm", 0), WorkerError);
  workers.program = "/bin/true";
  EXPECT_THROW(read_in_workers(options, workers)->read("a.pgm", 0), WorkerError);
  workers.program = "/bin/echo";
  try {
    read_in_workers(options, workers)->read("a.pgm", 0);
    FAIL();
  } catch (const WorkerError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/bin/echo cannot be started: it ended at once, exit status 0"));
  }
}

TEST_F(Workers, GiveAPageWhenTheyBehave) {
  const ReadPage page = misbehaving()->read("good", 0);
  ASSERT_FALSE(page.error) << page.error->message;
  ASSERT_EQ(page.lines.size(), 2U);
  EXPECT_EQ(page.lines[1].pixels.at<uchar>(39, 99), 8);
}

struct Misdeed {
  std::string document;
  io::ErrorCode code;
  std::string message;
};
void PrintTo(const Misdeed& misdeed, std::ostream* out) {
  *out << misdeed.document;
}

class Misdeeds : public Workers, public ::testing::WithParamInterface<Misdeed> {};

TEST_P(Misdeeds, CostThePageAlone) {
  workers.timeout_s = 1;
  const auto reading = misbehaving();
  const ReadPage page = reading->read(GetParam().document, 0);
  ASSERT_TRUE(page.error);
  EXPECT_EQ(page.error->code, GetParam().code) << page.error->message;
  EXPECT_THAT(page.error->message, HasSubstr(GetParam().message));
  EXPECT_THAT(page.error->message, ::testing::Not(HasSubstr("\n")));
  const ReadPage next = reading->read("good", 0);
  ASSERT_FALSE(next.error) << next.error->message;
  EXPECT_EQ(next.lines[0].pixels.at<uchar>(0, 0), 7);
}

const io::ErrorCode kCrashed = io::ErrorCode::kCrashed;
INSTANTIATE_TEST_SUITE_P(
    Ways, Misdeeds,
    ::testing::Values(
        Misdeed{"SIGSEGV", kCrashed, "once more (SIGSEGV)"},
        Misdeed{"SIGABRT", kCrashed, "once more (SIGABRT)"},
        Misdeed{"exit", kCrashed, "once more (exit status 3)"},
        Misdeed{"refused", io::ErrorCode::kOutOfMemory, "--worker-memory"},
        Misdeed{"hang", io::ErrorCode::kTimeout, "longer than 1 s"},
        Misdeed{"half", io::ErrorCode::kTimeout, ""}, Misdeed{"length-huge", kCrashed, ""},
        Misdeed{"closed", kCrashed, ""}, Misdeed{"garbage", kCrashed, "without sense"},
        Misdeed{"nothing", kCrashed, "without sense"}, Misdeed{"vector-huge", kCrashed, "without sense"},
        Misdeed{"goes-on", kCrashed, "without sense"}, Misdeed{"box-outside", kCrashed, "without sense"},
        Misdeed{"box-empty", kCrashed, "without sense"},
        Misdeed{"empty-paragraph", kCrashed, "without sense"},
        Misdeed{"line-missing", kCrashed, "without sense"},
        Misdeed{"line-too-many", kCrashed, "without sense"},
        Misdeed{"doubt-missing", kCrashed, "without sense"},
        Misdeed{"doubt-unknown", kCrashed, "without sense"},
        Misdeed{"doubt-of-nothing", kCrashed, "without sense"},
        Misdeed{"size-missing", kCrashed, "without sense"}, Misdeed{"rows-wrong", kCrashed, "without sense"},
        Misdeed{"cols-negative", kCrashed, "without sense"}, Misdeed{"cols-huge", kCrashed, "without sense"},
        Misdeed{"pixels-missing", kCrashed, "without sense"},
        Misdeed{"not-a-number", kCrashed, "without sense"},
        Misdeed{"matrix-infinite", kCrashed, "without sense"},
        Misdeed{"matrix-far", kCrashed, "without sense"}, Misdeed{"page-negative", kCrashed, "without sense"},
        Misdeed{"rotation", kCrashed, "without sense"}, Misdeed{"neighbours", kCrashed, "without sense"},
        Misdeed{"time", kCrashed, "without sense"}, Misdeed{"unknown-code", kCrashed, "without sense"},
        Misdeed{"empty-message", kCrashed, "without sense"},
        Misdeed{"message-of-lines", io::ErrorCode::kCorrupt, "one two"}));

TEST_F(Workers, AreAskedAgainWhenTheyEndOnce) {
  for (const char* name : {"killed-once", "crashed-once"}) {
    const auto reading = misbehaving();
    EXPECT_FALSE(reading->read(file(name), 0).error) << name;
    EXPECT_TRUE(fs::exists(file(std::string(name) + ".tried"))) << "it did end once";
    EXPECT_EQ(reading->statistics().started, 2U);
    EXPECT_EQ(reading->statistics().lost, 1U);
  }
}

TEST_F(Workers, CannotTakeBackSharedMemory) {
  const ReadPage page = misbehaving()->read("memory-cut", 0);
  ASSERT_FALSE(page.error) << page.error->message;
  EXPECT_EQ(page.lines[1].pixels.at<uchar>(39, 99), 8);
}

TEST_F(Workers, ThatTalkUnaskedAreNotAskedAgain) {
  const auto reading = misbehaving();
  EXPECT_FALSE(reading->read("talks-unasked", 0).error);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(reading->read("good", 0).error);
  EXPECT_EQ(reading->statistics().started, 2U);
}

TEST_F(Workers, CostTheDocumentWhenTheyFailToOpenIt) {
  workers.timeout_s = 1;
  const auto reading = misbehaving();
  const auto crashed = reading->page_count("SIGSEGV"), late = reading->page_count("hang"),
             senseless = reading->page_count("negative");
  EXPECT_EQ(crashed.error().code, io::ErrorCode::kCrashed);
  EXPECT_THAT(crashed.error().message, HasSubstr("opening the document ended the process"));
  EXPECT_EQ(late.error().code, io::ErrorCode::kTimeout);
  EXPECT_EQ(senseless.error().code, io::ErrorCode::kCrashed);
  EXPECT_EQ(reading->page_size("good", 0).error().code, io::ErrorCode::kCrashed) << "a page of no size";
  EXPECT_EQ(reading->page_count("good").value(), 1);
}

}  // namespace
}  // namespace ocrbatch::pipeline
