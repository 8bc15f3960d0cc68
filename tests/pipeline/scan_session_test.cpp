// What becomes of documents from run to run.
#include "pipeline/state/scan_session.h"

#include <unistd.h>

#include "tests/pipeline/scan_session_fixture.h"

namespace ocrbatch::pipeline {
namespace {

using ::testing::ElementsAre;

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

TEST_F(ScanSessionTest, RemembersWhatAPageCostEachMachineMostlyOfLate) {
  StateFile state("");
  EXPECT_EQ(state.thread_seconds_per_page("a"), std::nullopt);
  state.add_reading("a", 10, 5);
  EXPECT_DOUBLE_EQ(*state.thread_seconds_per_page("a"), 0.5);
  EXPECT_EQ(state.thread_seconds_per_page("b"), std::nullopt);
  state.add_reading("a", 30, 7);
  EXPECT_DOUBLE_EQ(*state.thread_seconds_per_page("a"), 0.3);
  state.add_reading("a", 960 + 2000, 288 + 2000);  // 3000 pages, of which 1000 remain
  const double rate = *state.thread_seconds_per_page("a");
  state.add_reading("a", 1000, 3000);
  EXPECT_NEAR(*state.thread_seconds_per_page("a"), (rate + 3) / 2, 1e-3);
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
