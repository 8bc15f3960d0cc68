// Runs that go on from earlier ones, with real files, SQLite and documents, and a recognizer without a model.
#include "pipeline/state/scan_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>

#include "io/record_reader.h"
#include "tests/support/checksum_recognizer.h"
#include "tests/support/documents.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void append(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::app) << text;
}

// "name 2" for each record.
std::vector<std::string> outline(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream stream(content(file));
  for (std::string line; std::getline(stream, line);) {
    const auto record = io::read_record(line);
    lines.push_back(record ? record->document + " " + std::to_string(record->page_number.value_or(0))
                           : "garbage");
  }
  return lines;
}

// The test's own files lie in a folder of its own, in which documents are docs/....
class ScanSessionTest : public ::testing::Test {
 protected:
  struct Run {
    IncrementSummary increments;
    ScanSummary read;
    std::vector<StateNote> notes;
  };

  ScanSessionTest() : before_(fs::current_path()) {
    fs::current_path(folder_.path());
    fs::create_directory("docs");
    options.inputs = {"docs"};
    options.layout = LayoutMode::kLine;
    options.jobs = 2;
    options.max_memory_bytes = 1;  // page by page: a stopped run has then finished what it has begun
    recognizer.lines_a_batch = 1;
  }
  ~ScanSessionTest() override { fs::current_path(before_); }

  static void page(const std::string& name, std::uint32_t seed) {
    testing::write_pgm(name, testing::bar_line(seed, 100 + static_cast<int>(seed % 7) * 20, 24));
  }
  static void pages(const std::string& name, std::uint32_t seed, int count) {
    std::vector<cv::Mat> images;
    for (int i = 0; i < count; ++i)
      images.push_back(testing::bar_line(seed + static_cast<std::uint32_t>(i), 120, 24));
    testing::write_tiff(name, images);
  }
  static void make_older(const fs::path& file) {  // so that a later write has another time for sure
    fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
  }

  // Stops after `stop_after` pages, when given.
  Run run(std::optional<std::uint64_t> stop_after = std::nullopt) {
    ScanProgress progress;
    ScanSession session(output, state, "the test", /*look_only=*/false);
    const Plan& plan =
        session.plan(options, increments,
                     settings_digest(options, recognizer.info()) + (options.timings ? "+timings" : ""),
                     progress.stop_requested);
    session.begin(folders);
    struct Stopper : io::Writer {
      io::Writer& writer;
      ScanProgress& progress;
      std::optional<std::uint64_t> left;
      Stopper(io::Writer& w, ScanProgress& p, std::optional<std::uint64_t> l)
          : writer(w), progress(p), left(l) {}
      void write(const io::PageRecord& record) override {
        writer.write(record);
        if (left && --*left == 0) progress.stop_requested = true;
      }
      void finish() override {}
    } stopper(session.writer(), progress, stop_after);
    Run result;
    if (!plan.to_read.empty())
      result.read = run_scan(options, plan.to_read, recognizer, {&stopper}, progress,
                             [](const std::string&, const io::PageRecord&) {});
    result.read.stopped ? session.stop() : session.finish();
    result.increments = plan.summary;
    result.notes = session.take_notes();
    return result;
  }

  // What a run gives that nothing came before.
  std::string undisturbed() {
    const fs::path kept_output = output, kept_state = state;
    const auto kept_folders = folders;
    const IncrementOptions kept_increments = increments;
    output = "undisturbed.jsonl";
    state.clear();
    folders.clear();
    increments = {};
    fs::remove("undisturbed.jsonl");
    fs::remove("undisturbed.jsonl.state");
    run();
    output = kept_output;
    state = kept_state;
    folders = kept_folders;
    increments = kept_increments;
    return content("undisturbed.jsonl");
  }

  static std::uint64_t pages_read(const Run& run) { return run.read.pages_ok + run.read.pages_failed; }

  ScanOptions options;
  IncrementOptions increments;
  std::vector<FolderTarget> folders;
  fs::path output = "out.jsonl", state;
  testing::ChecksumRecognizer recognizer;
  std::atomic<bool> changed_{false};

 private:
  testing::TemporaryFolder folder_;
  const fs::path before_;
};

TEST_F(ScanSessionTest, ReadsOnceWhatDoesNotChange) {
  page("docs/a.pgm", 1);
  pages("docs/b.tif", 2, 3);
  EXPECT_EQ(run().increments.read_new, 2U);
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "docs/b.tif 1", "docs/b.tif 2", "docs/b.tif 3"));
  EXPECT_FALSE(fs::exists("out.jsonl.partial"));
  EXPECT_FALSE(fs::exists("out.jsonl.lock"));
  EXPECT_FALSE(fs::exists("out.jsonl.state-journal"));

  const auto output_time = fs::last_write_time(output), state_time = fs::last_write_time("out.jsonl.state");
  const Run second = run();
  EXPECT_EQ(second.increments.kept, 2U);
  EXPECT_EQ(pages_read(second), 0U);
  EXPECT_EQ(fs::last_write_time(output), output_time);
  EXPECT_EQ(fs::last_write_time("out.jsonl.state"), state_time);
}

TEST_F(ScanSessionTest, ReplacesTheRecordsOfAChangedFileInTheirPlace) {
  for (const char* name : {"docs/a.pgm", "docs/b.pgm", "docs/c.pgm"}) {
    page(name, 1);
    make_older(name);
  }
  page("docs/b.pgm", 2);
  make_older("docs/b.pgm");
  run();
  pages("docs/b.pgm", 7, 2);  // by content a TIFF
  const Run second = run();
  EXPECT_EQ(second.increments.read_changed, 1U);
  EXPECT_EQ(second.increments.kept, 2U);
  EXPECT_EQ(content(output), undisturbed());
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "docs/b.pgm 1", "docs/b.pgm 2", "docs/c.pgm 1"));
}

TEST_F(ScanSessionTest, HashesATouchedFileOnceAndKeepsItsRecords) {
  page("docs/a.pgm", 1);
  run();
  make_older("docs/a.pgm");
  const Run second = run();
  EXPECT_EQ(second.increments.kept, 1U);
  EXPECT_EQ(pages_read(second), 0U);
  // The state has the new time: hashing would fail on a file that cannot be read, a stat does not.
  EXPECT_EQ(StateFile("out.jsonl.state").find("docs/a.pgm")->stamp, file_stamp("docs/a.pgm"));
}

TEST_F(ScanSessionTest, KnowsMovedAndCopiedFilesByTheirContent) {
  page("docs/a.pgm", 1);
  pages("docs/m.tif", 20, 3);
  run();
  fs::rename("docs/m.tif", "docs/0.tif");
  fs::copy("docs/a.pgm", "docs/z.pgm");
  const Run second = run();
  EXPECT_EQ(second.increments.moved, 2U);
  EXPECT_EQ(second.increments.not_listed, 1U);
  EXPECT_EQ(pages_read(second), 0U);
  EXPECT_THAT(outline(output), ElementsAre("docs/0.tif 1", "docs/0.tif 2", "docs/0.tif 3", "docs/a.pgm 1",
                                           "docs/m.tif 1", "docs/m.tif 2", "docs/m.tif 3", "docs/z.pgm 1"));
  increments.prune = true;
  EXPECT_EQ(run().increments.pruned, 1U);
  EXPECT_EQ(content(output), undisturbed());
}

TEST_F(ScanSessionTest, FilesThatExchangeTheirNamesExchangeTheirRecords) {
  page("docs/a.pgm", 1);
  page("docs/b.pgm", 2);
  run();
  fs::rename("docs/a.pgm", "docs/c");
  fs::rename("docs/b.pgm", "docs/a.pgm");
  fs::rename("docs/c", "docs/b.pgm");
  EXPECT_EQ(pages_read(run()), 0U);
  EXPECT_EQ(content(output), undisturbed());
}

TEST_F(ScanSessionTest, KeepsDeletedDocumentsInTheirPlaceUntilTheyArePruned) {
  for (const char* name : {"docs/a.pgm", "docs/b.pgm", "docs/c.pgm"}) page(name, 1);
  run();
  fs::remove("docs/b.pgm");
  page("docs/bb.pgm", 9);
  EXPECT_EQ(run().increments.not_listed, 1U);
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "docs/b.pgm 1", "docs/bb.pgm 1", "docs/c.pgm 1"));
  increments.prune = true;
  run();
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "docs/bb.pgm 1", "docs/c.pgm 1"));
}

TEST_F(ScanSessionTest, OneOutputCollectsWhatSeveralCommandsRead) {
  fs::create_directory("more");
  page("docs/a.pgm", 1);
  page("more/b.pgm", 2);
  run();
  options.inputs = {"more"};
  run();
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "more/b.pgm 1"));
  options.inputs = {"docs"};
  page("docs/c.pgm", 3);
  run();
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "more/b.pgm 1", "docs/c.pgm 1"));
}

TEST_F(ScanSessionTest, DoesNotPruneWhatIsOutOfReach) {
  page("docs/a.pgm", 1);
  fs::create_directory("more");
  page("more/b.pgm", 2);
  options.inputs = {"docs", "more"};
  run();
  const std::string before = content(output);
  increments.prune = true;
  fs::rename("more", "unmounted");
  const Run second = run();
  EXPECT_EQ(second.increments.pruned, 0U);
  EXPECT_EQ(second.notes.size(), 1U);
  EXPECT_THAT(outline(output), ElementsAre("docs/a.pgm 1", "more/b.pgm 1", "more 0"));
  // What is said of a folder that could not be read goes when it can be, pruning or not.
  fs::rename("unmounted", "more");
  increments.prune = false;
  EXPECT_EQ(run().increments.kept, 2U);
  EXPECT_EQ(content(output), before);
}

TEST_F(ScanSessionTest, ReadsWhatIsOutOfDateOnlyWhenAsked) {
  page("docs/a.pgm", 1);
  run();
  options.dpi = 200;
  page("docs/b.pgm", 2);
  Run next = run();
  EXPECT_EQ(next.increments.out_of_date, 1U);
  EXPECT_EQ(pages_read(next), 1U);
  increments.update = true;
  next = run();
  EXPECT_EQ(next.increments.read_out_of_date, 1U);
  EXPECT_EQ(pages_read(next), 1U);
  EXPECT_EQ(content(output), undisturbed());
  increments = {.force = true};
  EXPECT_EQ(pages_read(run()), 2U);
  EXPECT_EQ(content(output), undisturbed());
}

TEST_F(ScanSessionTest, OtherPagesAndTimingsAreOtherSettings) {
  pages("docs/a.tif", 1, 4);
  options.pages = {{.first = 2, .last = 3}};
  run();
  EXPECT_THAT(outline(output), ElementsAre("docs/a.tif 2", "docs/a.tif 3"));
  EXPECT_EQ(run().increments.out_of_date, 0U);
  options.pages = {};
  EXPECT_EQ(run().increments.out_of_date, 1U);
  options.pages = {{.first = 2, .last = 3}};
  options.timings = true;
  EXPECT_EQ(run().increments.out_of_date, 1U);
  increments.update = true;
  EXPECT_EQ(pages_read(run()), 2U);
  EXPECT_EQ(pages_read(run()), 0U);
}

TEST_F(ScanSessionTest, LeavesFailuresAloneUntilTheFileChangesOrItIsTold) {
  page("docs/good.pgm", 1);
  testing::write_text("docs/broken.pdf", "%PDF-1.4\nbroken off");
  pages("docs/half.tif", 5, 3);
  undisturbed();
  const auto all = recognizer.batches();
  const std::string victim = all.at(2).at(0);  // docs/half.tif 2, or 1 or 3: jobs overlap
  recognizer.refuses = [&](const cv::Mat& line) {
    return testing::ChecksumRecognizer::text_of(line) == victim;
  };
  EXPECT_EQ(run().read.pages_failed, 1U);
  Run next = run();
  EXPECT_EQ(pages_read(next), 0U);
  EXPECT_EQ(next.increments.failed_before_documents, 1U);
  EXPECT_EQ(next.increments.failed_before_pages, 1U);
  recognizer.refuses = nullptr;
  EXPECT_EQ(pages_read(run()), 0U);
  increments.retry = true;
  next = run();
  EXPECT_EQ(next.increments.read_again, 2U);
  EXPECT_EQ(next.read.pages_ok, 3U);
  EXPECT_EQ(next.read.documents_failed, 1U);
  EXPECT_EQ(content(output), undisturbed());
}

TEST_F(ScanSessionTest, TriesPassingFailuresAgainInEachRun) {
  testing::write_text("docs/empty.pdf", "");
  page("docs/a.pgm", 1);
  run();
  Run next = run();
  EXPECT_EQ(next.increments.read_again, 1U);
  EXPECT_EQ(next.read.documents_failed, 1U);
  pages("docs/empty.pdf", 3, 2);
  next = run();
  EXPECT_EQ(next.read.pages_ok, 2U);
  EXPECT_EQ(content(output), undisturbed());
}

class StoppedRun : public ScanSessionTest {
 protected:
  StoppedRun() {
    page("docs/a.pgm", 1);
    pages("docs/b.tif", 10, 8);
    page("docs/c.pgm", 2);
    testing::write_text("docs/d.pdf", "");
    whole_ = undisturbed();
  }

  // Until the output is whole; how many pages that took.
  std::uint64_t go_on() {
    const Run last = run();
    EXPECT_FALSE(last.read.stopped);
    EXPECT_EQ(content(output), whole_);
    EXPECT_FALSE(fs::exists("out.jsonl.partial"));
    return pages_read(last);
  }

  std::string whole_;
};

TEST_F(StoppedRun, GoesOnInTheMidstOfADocument) {
  const std::uint64_t first = pages_read(run(3));
  EXPECT_GE(first, 3U);
  EXPECT_LT(first, 8U);
  EXPECT_FALSE(fs::exists(output));
  EXPECT_EQ(first + go_on(), 10U);
}

TEST_F(StoppedRun, StopsAnyNumberOfTimes) {
  std::uint64_t read = 0;
  for (int i = 0; i < 4; ++i) read += pages_read(run(1));
  EXPECT_EQ(read + go_on(), 10U);
}

TEST_F(StoppedRun, CutsATornTailOff) {
  const std::uint64_t first = pages_read(run(3));
  append("out.jsonl.partial", content("out.jsonl.partial").substr(0, 100));
  EXPECT_EQ(first + go_on(), 10U);
}

TEST_F(StoppedRun, LosesNothingWithTheState) {
  const std::uint64_t first = pages_read(run(3));
  fs::remove("out.jsonl.state");
  append("out.jsonl.partial", content("out.jsonl.partial").substr(0, 100));
  EXPECT_EQ(first + go_on(), 10U);
}

TEST_F(StoppedRun, LosesNothingByADamagedState) {
  const std::uint64_t first = pages_read(run(3));
  std::fstream file("out.jsonl.state", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096);
  file << std::string(9000, 'x');
  file.close();
  EXPECT_EQ(first + go_on(), 10U);
  EXPECT_TRUE(fs::exists("out.jsonl.state.corrupt"));
}

TEST_F(StoppedRun, LosesTheTornPageAloneWhenTheJournalIsCutShort) {
  const std::uint64_t first = pages_read(run(3));
  fs::resize_file("out.jsonl.partial", fs::file_size("out.jsonl.partial") - 5);
  EXPECT_EQ(first - 1 + go_on(), 10U);
}

TEST_F(StoppedRun, ReadsADocumentAnewThatHasChangedMeanwhile) {
  run(4);
  make_older("docs/b.tif");  // the same content: hashed, and used
  run(1);
  pages("docs/b.tif", 50, 3);
  whole_ = undisturbed();
  EXPECT_EQ(go_on(), 4U);
}

TEST_F(StoppedRun, AnswersToOtherSettingsWithOtherRecords) {
  run(4);
  options.dpi = 200;
  whole_ = undisturbed();
  EXPECT_EQ(go_on(), 10U);
}

TEST_F(StoppedRun, GoesOnWithAReadingOfEverythingInstead) {
  run();
  increments.force = true;
  const std::uint64_t first = pages_read(run(4));
  EXPECT_EQ(content(output), whole_);
  EXPECT_EQ(first + go_on(), 10U);
}

TEST_F(StoppedRun, KeepsWholeDocumentsThatTheNextCommandDoesNotList) {
  run(10);
  options.inputs = {"docs/c.pgm"};
  run();
  EXPECT_THAT(outline(output).size(), ::testing::Ge(10U));  // the empty file may not have come to its turn
  options.inputs = {"docs"};
  EXPECT_EQ(go_on(), 0U);
}

TEST_F(StoppedRun, FilesOfDocumentsAreThoseOfAnUndisturbedRun) {
  folders = {{"hocr", "hocr"}, {"txt", "txt"}};
  run();
  const auto all_files = [] {
    std::map<std::string, std::string> files;
    for (const char* folder : {"hocr", "txt"})
      for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files[entry.path().string()] = content(entry.path());
    return files;
  };
  const auto expected = all_files();
  ASSERT_EQ(expected.size(), 6U);
  for (const char* name : {"hocr", "txt", "out.jsonl", "out.jsonl.state"}) fs::remove_all(name);
  for (int i = 0; i < 3; ++i) run(2);
  go_on();
  EXPECT_EQ(all_files(), expected);
  // From the records alone: all of them, or one that is missing.
  fs::remove_all("hocr");
  fs::remove("txt/docs/b.tif.txt");
  EXPECT_EQ(go_on(), 0U);
  EXPECT_EQ(all_files(), expected);
}

TEST_F(ScanSessionTest, FilesFollowTheirDocuments) {
  folders = {{"hocr", "hocr"}};
  page("docs/a.pgm", 1);
  page("docs/b.pgm", 2);
  run();
  fs::rename("docs/a.pgm", "docs/c.pgm");
  increments.prune = true;
  EXPECT_EQ(pages_read(run()), 0U);
  EXPECT_FALSE(fs::exists("hocr/docs/a.pgm.hocr"));
  const std::string moved = content("hocr/docs/c.pgm.hocr");
  fs::remove_all("hocr");
  increments.force = true;
  run();
  EXPECT_EQ(content("hocr/docs/c.pgm.hocr"), moved);
  testing::write_text("docs/b.pgm", "P5 nonsense");  // it no longer has pages
  run();
  EXPECT_FALSE(fs::exists("hocr/docs/b.pgm.hocr"));
}

TEST_F(ScanSessionTest, BelievesTheOutputMoreThanTheState) {
  for (const char* name : {"docs/a.pgm", "docs/b.pgm", "docs/c.pgm"})
    page(name, 1 + static_cast<std::uint32_t>(name[5]));
  pages("docs/d.tif", 30, 3);
  run();
  const std::string whole = content(output);
  const auto line = [&](std::size_t number) {
    std::istringstream stream(whole);
    std::string text;
    for (std::size_t i = 0; i <= number; ++i) std::getline(stream, text);
    return text + "\n";
  };
  // Somebody has taken out b and a page of d, written c twice, and left a note.
  std::ofstream(output) << line(0) << "a note\n" << line(2) << line(2) << line(3) << line(5);
  const Run next = run();
  EXPECT_EQ(next.increments.kept, 2U);
  EXPECT_EQ(pages_read(next), 4U);
  EXPECT_EQ(content(output), whole);
  ASSERT_EQ(next.notes.size(), 3U);
  EXPECT_THAT(next.notes[2].text, ::testing::HasSubstr("has 2 lines that are no records"));
  EXPECT_EQ(pages_read(run()), 0U);
}

TEST_F(ScanSessionTest, MakesItsStateFromAnOutputAlone) {
  page("docs/a.pgm", 1);
  pages("docs/b.tif", 2, 3);
  run();
  const std::string whole = content(output);
  fs::remove("out.jsonl.state");
  state = "elsewhere.state";
  fs::rename("docs/b.tif", "docs/c.tif");
  increments.prune = true;
  const Run next = run();
  EXPECT_EQ(next.increments.moved, 1U);
  EXPECT_EQ(pages_read(next), 0U);
  EXPECT_EQ(content(output), undisturbed());
  EXPECT_FALSE(fs::exists("out.jsonl.state"));
}

TEST_F(ScanSessionTest, TwoRunsOnOneOutputAreOneTooMany) {
  page("docs/a.pgm", 1);
  const ScanSession holder(output, {}, "the first command", /*look_only=*/false);
  try {
    run();
    FAIL() << "two runs at once";
  } catch (const LockedError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("the first command"));
  }
  // Nor may two outputs share a state.
  output = "other.jsonl";
  state = "out.jsonl.state";
  EXPECT_THROW(run(), LockedError);
}

TEST_F(ScanSessionTest, RefusesDatabasesThatAreNotItsOwn) {
  page("docs/a.pgm", 1);
  Database(fs::path("foreign.db")).execute("CREATE TABLE t (x); PRAGMA application_id = 5");
  state = "foreign.db";
  EXPECT_THROW(run(), DatabaseError);
  state = "newer.state";
  run();
  Database(fs::path("newer.state")).execute("PRAGMA user_version = 2");
  EXPECT_THROW(run(), DatabaseError);
}

TEST_F(ScanSessionTest, ReadsAFileAgainThatChangedWhileItWasRead) {
  pages("docs/a.tif", 1, 3);
  make_older("docs/a.tif");
  // The next page of it is read from another file.
  recognizer.refuses = [&](const cv::Mat&) {
    if (!changed_.exchange(true)) fs::last_write_time("docs/a.tif", fs::file_time_type::clock::now());
    return false;
  };
  run();
  EXPECT_EQ(pages_read(run()), 3U);
  EXPECT_EQ(pages_read(run()), 0U);
}

}  // namespace
}  // namespace ocrbatch::pipeline
