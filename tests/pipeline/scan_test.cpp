// run_scan from files to records, with the real readers and layout, and a recognizer without a model.
#include "pipeline/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <set>
#include <thread>

#include "io/sha256.h"
#include "pipeline/messages.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/child_processes.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::ChecksumRecognizer;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

struct RecordKeeper : io::Writer {
  std::vector<io::PageRecord> records;
  std::string jsonl;
  std::function<void()> on_write = [] {};

  void write(const io::PageRecord& record) override {
    on_write();
    records.push_back(record);
    jsonl += io::to_json(record) + "\n";
  }
  void finish() override { FAIL() << "finish() is the caller's"; }

  // "name 3/12", "name 3/12 corrupt", "name not_found"
  std::vector<std::string> outline() const {
    std::vector<std::string> lines;
    for (const io::PageRecord& record : records) {
      std::string line = record.document;
      if (record.page_number)
        line +=
            " " + std::to_string(*record.page_number) + "/" + std::to_string(record.page_count.value_or(-1));
      if (record.error) line += std::string(" ") + io::error_code_name(record.error->code);
      lines.push_back(line);
    }
    return lines;
  }
};

class RunScan : public ::testing::Test {
 protected:
  RunScan() {
    options.inputs = {"docs"};
    options.layout = LayoutMode::kLine;
    options.jobs = 2;
  }

  ScanSummary scan(RecordKeeper& keeper) { return scan(std::vector<io::Writer*>{&keeper}); }
  ScanSummary scan(const std::vector<io::Writer*>& writers) {
    progress.emplace();
    return run_scan(options, recognizer, writers, *progress, on_error);
  }

  // Documents of one line image each, of different widths: docs/0000.pgm, ...
  static void make_line_documents(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(10000 + i).substr(1);
      testing::write_pgm("docs/" + number + ".pgm",
                         testing::bar_line(static_cast<std::uint32_t>(i), 60 + i * 37 % 300, 24));
    }
  }

  ChecksumRecognizer recognizer;
  ScanOptions options;
  std::optional<ScanProgress> progress;
  std::function<void(const std::string&, const io::PageRecord&)> on_error;

 private:
  testing::WorkingFolder folder_;
};

TEST_F(RunScan, WritesARecordAPageInInputOrderWhateverTheDocument) {
  testing::write_pgm("docs/a.pgm", testing::bar_line(1, 200, 40));
  testing::write_tiff("docs/b.tif", {testing::bar_line(2, 200, 40), testing::bar_line(3, 300, 40),
                                     testing::bar_line(4, 250, 40)});
  testing::write_text("docs/c.pdf", "");
  testing::write_text("docs/d.pdf", "%PDF-1.4\nbroken off");
  testing::write_pgm("docs/e.pgm", testing::bar_line(5, 200, 40));
  testing::write_text("notes.txt", "no document");
  options.inputs = {"missing.pdf", "docs", "notes.txt"};
  std::vector<std::string> reported;
  on_error = [&](const std::string& document, const io::PageRecord& record) {
    reported.push_back(document + " " + io::error_code_name(record.error->code));
  };

  RecordKeeper keeper;
  const ScanSummary summary = scan(keeper);
  EXPECT_THAT(keeper.outline(),
              ElementsAre("missing.pdf not_found", "docs/a.pgm 1/1", "docs/b.tif 1/3", "docs/b.tif 2/3",
                          "docs/b.tif 3/3", "docs/c.pdf empty", "docs/d.pdf corrupt", "docs/e.pgm 1/1",
                          "notes.txt unknown_format"));
  EXPECT_THAT(reported, ElementsAre("missing.pdf not_found", "docs/c.pdf empty", "docs/d.pdf corrupt",
                                    "notes.txt unknown_format"));
  EXPECT_EQ(summary.documents, 7U);
  EXPECT_EQ(summary.documents_failed, 4U);
  EXPECT_EQ(summary.pages_ok, 5U);
  EXPECT_EQ(summary.pages_failed, 0U);
  EXPECT_EQ(summary.lines, 5U);
  EXPECT_EQ(summary.characters, 5U * 9);
  EXPECT_EQ(summary.errors_by_code.at("empty"), 1U);
  EXPECT_FALSE(summary.stopped);
  EXPECT_EQ(progress->pages_found, 5U);
  EXPECT_EQ(progress->pages_done, 5U);
  EXPECT_EQ(progress->documents_found, 7U);
  EXPECT_EQ(progress->documents_done, 7U);
  EXPECT_EQ(progress->lines_done, 5U);
  EXPECT_TRUE(progress->all_found);
}

TEST_F(RunScan, HasNothingToWriteForNothingToRead) {
  fs::create_directory("docs");
  RecordKeeper keeper;
  EXPECT_EQ(scan(keeper).documents, 0U);
  EXPECT_TRUE(keeper.records.empty());
}

TEST_F(RunScan, PutsWhatWasReadIntoThePageTree) {
  testing::write_tiff("docs/a.tif", {testing::bar_line(1, 200, 40)});
  RecordKeeper keeper;
  scan(keeper);
  const io::PageRecord& record = keeper.records.at(0);
  EXPECT_EQ(record.page.width_px, 200);
  EXPECT_EQ(record.page.height_px, 40);
  EXPECT_EQ(record.page.dpi, 300);
  EXPECT_FALSE(record.timing);
  const io::Line& line = record.page.blocks.at(0).paragraphs.at(0).lines.at(0);
  ASSERT_THAT(line.words, SizeIs(2));
  EXPECT_EQ(line.text, line.words[0].text + " " + line.words[1].text);
  EXPECT_LT(line.words[0].bbox.x0, line.words[0].bbox.x1);
  EXPECT_LE(line.words[0].bbox.x1, line.words[1].bbox.x0 + 1);
  EXPECT_LE(line.words[1].bbox.x1, 200);
  EXPECT_NEAR(line.confidence, 0.97, 1e-6);
}

TEST_F(RunScan, TellsWhereARecordComesFrom) {
  make_line_documents(1);
  options.version = "1.2.3";
  RecordKeeper plain, again, finer;
  scan(plain);
  options.jobs = 1;
  options.timings = true;
  scan(again);
  options.dpi = 200;
  scan(finer);
  const io::Provenance& provenance = plain.records.at(0).provenance;
  EXPECT_EQ(provenance.sha256, io::sha256_of_file("docs/0000.pgm").value());
  EXPECT_EQ(provenance.model, "checksum");
  EXPECT_EQ(provenance.version, "1.2.3");
  EXPECT_EQ(again.records.at(0).provenance.settings, provenance.settings);
  EXPECT_NE(finer.records.at(0).provenance.settings, provenance.settings);
  ASSERT_TRUE(again.records.at(0).timing);
  EXPECT_GT(again.records.at(0).timing->decode_ms, 0);
}

TEST_F(RunScan, GivesTheSameBytesForAnyNumberOfJobsAndAnyBudget) {
  make_line_documents(60);
  for (int i = 0; i < 5; ++i)
    testing::write_tiff("docs/t" + std::to_string(i) + ".tif",
                        {testing::bar_line(100, 90, 24), testing::bar_line(101, 500, 24)});
  testing::write_text("docs/0030a.pdf", "%PDF-1.4\nbroken off");
  recognizer.widest_delay_us = 300;
  RecordKeeper first;
  options.jobs = 1;
  scan(first);
  ASSERT_THAT(first.records, SizeIs(71));
  for (const auto& [jobs, devices] : {std::pair{1, 0}, {2, 0}, {8, 0}, {1, 1}, {4, 2}})
    for (const std::uint64_t budget : {1ULL, 600'000ULL, 100'000'000ULL})
      for (const int lines_a_batch : {1, 8, 1000}) {
        options.jobs = jobs;
        options.max_memory_bytes = budget;
        recognizer.lines_a_batch = lines_a_batch;
        recognizer.device_count = devices;
        RecordKeeper other;
        scan(other);
        ASSERT_EQ(other.jsonl, first.jsonl) << jobs << " jobs, " << devices << " devices, " << budget
                                            << " bytes, " << lines_a_batch << " lines";
      }
}

TEST_F(RunScan, LosesNothingAmongManyPagesFailuresAndDelays) {
  constexpr int kPages = 500;
  make_line_documents(kPages);
  recognizer.widest_delay_us = 500;
  recognizer.refuses = [](const cv::Mat& line) { return ChecksumRecognizer::text_of(line)[3] == '7'; };
  RecordKeeper first;
  scan(first);
  ASSERT_THAT(first.records, SizeIs(kPages));
  std::size_t failed = 0;
  for (int i = 0; i < kPages; ++i) {
    const io::PageRecord& record = first.records[static_cast<std::size_t>(i)];
    EXPECT_EQ(record.document, "docs/" + std::to_string(10000 + i).substr(1) + ".pgm");
    if (record.error) ++failed;
  }
  EXPECT_THAT(failed, AllOf(Ge(10U), Le(80U))) << "a sixteenth is refused";
  for (const auto& [jobs, devices] : {std::pair{1, 0}, {4, 0}, {8, 0}, {1, 1}, {4, 3}}) {
    options.jobs = jobs;
    recognizer.device_count = devices;
    RecordKeeper other;
    EXPECT_EQ(scan(other).pages_failed, failed);
    EXPECT_EQ(other.jsonl, first.jsonl) << jobs << " jobs, " << devices << " devices";
    EXPECT_EQ(progress->pages_failed, failed);
  }
}

TEST_F(RunScan, StaysWithinTheMemoryBudget) {
  for (int i = 0; i < 30; ++i)
    testing::write_pgm("docs/" + std::to_string(100 + i) + ".pgm",
                       testing::bar_line(static_cast<std::uint32_t>(i), 1000, 100 + i % 5 * 50));
  const std::uint64_t largest = 1000ULL * 300 * kReadBytesPerPixel + kPageOverheadBytes;
  options.jobs = 4;
  std::uint64_t peak_of_one = 0, peak_of_many = 0;
  for (const std::uint64_t pages_worth : {1, 3}) {
    options.max_memory_bytes = pages_worth * largest;
    RecordKeeper keeper;
    const ScanSummary summary = scan(keeper);
    EXPECT_EQ(summary.pages_ok, 30U);
    EXPECT_LE(summary.peak_bytes_in_flight, options.max_memory_bytes);
    (pages_worth == 1 ? peak_of_one : peak_of_many) = summary.peak_bytes_in_flight;
  }
  EXPECT_GT(peak_of_many, peak_of_one) << "more memory is used when there is more";
  options.max_memory_bytes = largest / 2;
  RecordKeeper keeper;
  EXPECT_EQ(scan(keeper).peak_bytes_in_flight, largest) << "a page larger than the budget runs alone";
}

TEST_F(RunScan, MixesDocumentsInBatches) {
  for (int i = 0; i < 40; ++i)
    testing::write_pgm("docs/" + std::to_string(100 + i) + ".pgm",
                       testing::bar_line(static_cast<std::uint32_t>(i), 200, 40));
  RecordKeeper keeper;
  scan(keeper);
  std::map<std::string, std::string> document_of;
  for (const io::PageRecord& record : keeper.records)
    document_of[io::page_text(record.page)] = record.document;
  ASSERT_THAT(document_of, SizeIs(40));
  std::size_t lines = 0, batches_of_several = 0;
  for (const auto& batch : recognizer.batches()) {
    std::set<std::string> documents;
    for (const std::string& text : batch) documents.insert(document_of.at(text));
    lines += batch.size();
    if (documents.size() > 1) ++batches_of_several;
  }
  EXPECT_EQ(lines, 40U);
  EXPECT_GE(batches_of_several, 4U);
}

TEST_F(RunScan, ALineThatCannotBeRecognizedFailsItsPageAlone) {
  make_line_documents(20);
  RecordKeeper good;
  scan(good);
  const std::string victim = io::page_text(good.records.at(7).page);
  recognizer.refuses = [&](const cv::Mat& line) { return ChecksumRecognizer::text_of(line) == victim; };
  RecordKeeper keeper;
  const ScanSummary summary = scan(keeper);
  EXPECT_EQ(summary.pages_ok, 19U);
  EXPECT_EQ(summary.errors_by_code, (std::map<std::string, std::uint64_t>{{"recognize_failed", 1}}));
  ASSERT_TRUE(keeper.records.at(7).error);
  EXPECT_EQ(keeper.records[7].error->message, "recognize: this line is refused");
}

TEST_F(RunScan, StopsAndRethrowsWhenTheOutputCannotBeWritten) {
  make_line_documents(400);
  options.max_memory_bytes = 1'000'000;
  RecordKeeper keeper;
  keeper.on_write = [&] {
    if (keeper.records.size() == 20) throw io::OutputError("disk full");
  };
  EXPECT_THROW(scan(keeper), io::OutputError);
  EXPECT_THAT(keeper.records, SizeIs(20)) << "nothing is written after the failure";
  EXPECT_LT(progress->documents_found, 400U) << "the feeder stops";
}

TEST_F(RunScan, FinishesThePagesInFlightWhenAskedToStop) {
  make_line_documents(400);
  options.max_memory_bytes = 1'000'000;
  RecordKeeper all;
  scan(all);
  RecordKeeper keeper;
  keeper.on_write = [&] {
    if (keeper.records.size() == 20) progress->stop_requested = true;
  };
  const ScanSummary summary = scan(keeper);
  EXPECT_TRUE(summary.stopped);
  EXPECT_THAT(keeper.records.size(), AllOf(Ge(21U), Le(399U)));
  EXPECT_EQ(all.jsonl.substr(0, keeper.jsonl.size()), keeper.jsonl)
      << "the output is a head of the whole one";
  EXPECT_FALSE(progress->all_found);
}

TEST_F(RunScan, ReadsTheSelectedPagesOnly) {
  testing::write_tiff("docs/long.tif", {testing::bar_line(1, 200, 40), testing::bar_line(2, 200, 40),
                                        testing::bar_line(3, 200, 40), testing::bar_line(4, 200, 40)});
  testing::write_pgm("docs/short.pgm", testing::bar_line(5, 200, 40));
  options.pages = {{4, 0}, {2, 2}};
  RecordKeeper keeper;
  const ScanSummary summary = scan(keeper);
  EXPECT_THAT(keeper.outline(), ElementsAre("docs/long.tif 2/4", "docs/long.tif 4/4"));
  EXPECT_EQ(summary.documents, 2U);
  EXPECT_EQ(progress->documents_done, 2U);
  EXPECT_EQ(progress->pages_found, 2U);
}

TEST_F(RunScan, FindsManyLinesAPageByLayoutAndNoneOnABlankOne) {
  const cv::Mat blank(800, 600, CV_8UC1, cv::Scalar(255));
  for (int i = 0; i < 4; ++i)
    testing::write_tiff("docs/" + std::to_string(i) + ".tif",
                        {testing::bar_page(static_cast<std::uint32_t>(i), 12, 1200, 900), blank});
  options.layout = LayoutMode::kTesseract;
  RecordKeeper first;
  const ScanSummary summary = scan(first);
  EXPECT_EQ(summary.pages_ok, 8U);
  EXPECT_GE(summary.lines, 40U);
  for (std::size_t i = 1; i < 8; i += 2) EXPECT_EQ(io::page_text(first.records.at(i).page), "");
  for (const int jobs : {1, 4}) {
    options.jobs = jobs;
    RecordKeeper other;
    scan(other);
    EXPECT_EQ(other.jsonl, first.jsonl) << jobs << " jobs";
  }
}

// Real processes, which decode and look for lines.
class RunScanInWorkers : public RunScan {
 protected:
  RunScanInWorkers() {
    options.layout = LayoutMode::kTesseract;
    for (int i = 0; i < 12; ++i)
      testing::write_tiff("docs/" + std::to_string(10 + i) + ".tif",
                          {testing::bar_page(static_cast<std::uint32_t>(i), 12, 1200, 900),
                           testing::bar_page(static_cast<std::uint32_t>(100 + i), 20, 900, 1200)});
    testing::write_pgm("docs/15.pgm", testing::bar_page(50, 10, 900, 700));
    testing::write_text("docs/16.pdf", "%PDF-1.4\nbroken off");
    scan(here);
    options.isolation = Isolation::kWorkers;
    options.workers.program = OCRBATCH_WORKER;
  }

  RecordKeeper here;  // what this process reads
};

TEST_F(RunScanInWorkers, GivesTheSameBytes) {
  ASSERT_THAT(here.records, SizeIs(26));
  for (const int jobs : {1, 3}) {
    options.jobs = jobs;
    RecordKeeper keeper;
    const ScanSummary summary = scan(keeper);
    EXPECT_TRUE(keeper.jsonl == here.jsonl) << jobs << " jobs";
    EXPECT_EQ(summary.workers.started, static_cast<std::uint64_t>(jobs) + 1);
    EXPECT_EQ(summary.workers.lost, 0U);
    EXPECT_GT(summary.busy_seconds.at(2).second, 0) << "layout's time comes back";
  }
}

TEST_F(RunScanInWorkers, LosesNothingWhenWorkersAreKilled) {
  recognizer.lines_a_batch = 1;  // pages are written as soon as they are read
  std::atomic<std::size_t> written{0};
  const std::jthread killer([&](const std::stop_token& done) {
    // All workers, whatever they are at, and again when pages have been written since: as they are written in
    // order, none meets this so often that it is given up.
    std::size_t written_before = 0;
    for (; !done.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(5))) {
      if (written < written_before + 6) continue;
      written_before = written;
      for (const pid_t worker : testing::child_processes(::getpid())) ::kill(worker, SIGKILL);
    }
  });
  std::uint64_t lost = 0;
  // On a busy machine a run may meet a single kill.
  for (int run = 0; run < 5 || (lost < 3 && run < 50); ++run) {
    RecordKeeper keeper;
    keeper.on_write = [&] { ++written; };
    lost += scan(keeper).workers.lost;
    EXPECT_EQ(keeper.outline(), here.outline());
    EXPECT_TRUE(keeper.jsonl == here.jsonl);
  }
  EXPECT_GE(lost, 3U);
}

TEST_F(RunScanInWorkers, StopsWithinSecondsWhenAPageTakesForEver) {
  testing::write_endless_pdf("docs/15a.pdf");
  RecordKeeper keeper;
  std::chrono::steady_clock::time_point stopped_at;
  keeper.on_write = [&] {
    if (keeper.records.size() != 10) return;
    stopped_at = std::chrono::steady_clock::now();
    progress->stop_requested = true;
  };
  const ScanSummary summary = scan(keeper);
  EXPECT_LT(std::chrono::steady_clock::now() - stopped_at, std::chrono::seconds(10));
  EXPECT_TRUE(summary.stopped);
  EXPECT_THAT(keeper.records.size(), AllOf(Ge(10U), Le(13U))) << "nothing from the endless page on";
  EXPECT_TRUE(here.jsonl.starts_with(keeper.jsonl));
}

TEST_F(RunScanInWorkers, EndsWhenTheyCannotBeStarted) {
  options.workers.program = "no-such-program";
  RecordKeeper keeper;
  EXPECT_THROW(scan(keeper), WorkerError);
  EXPECT_TRUE(keeper.records.empty());
}

TEST_F(RunScan, RefusesDocumentsOfTooManyPages) {
  testing::write_tiff("docs/long.tif", {testing::bar_line(1, 200, 40), testing::bar_line(2, 200, 40),
                                        testing::bar_line(3, 200, 40)});
  testing::write_pgm("docs/short.pgm", testing::bar_line(5, 200, 40));
  options.max_pages = 2;
  RecordKeeper keeper;
  scan(keeper);
  EXPECT_THAT(keeper.outline(), ElementsAre("docs/long.tif too_large", "docs/short.pgm 1/1"));
  options.pages = {{2, 3}};  // those that are selected count
  RecordKeeper some;
  scan(some);
  EXPECT_THAT(some.outline(), ElementsAre("docs/long.tif 2/3", "docs/long.tif 3/3"));
}

}  // namespace
}  // namespace ocrbatch::pipeline
