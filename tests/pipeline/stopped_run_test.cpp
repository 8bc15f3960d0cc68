// Runs that go on where one was stopped, and what may have happened meanwhile.
#include "tests/pipeline/scan_session_fixture.h"

namespace ocrbatch::pipeline {
namespace {

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

}  // namespace
}  // namespace ocrbatch::pipeline
