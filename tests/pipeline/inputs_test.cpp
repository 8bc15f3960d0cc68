#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "pipeline/feeder.h"
#include "pipeline/scan.h"
#include "tests/support/documents.h"
#include "tests/support/working_folder.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Works inside a folder of its own, so that names in records are relative ones.
class ListInputs : public ::testing::Test {
 protected:
  static void make_page(const std::string& name) {
    testing::write_text(fs::path(".") / name, "P5 1 1 255\nx");
  }

  std::vector<std::string> names(const std::vector<std::string>& inputs) {
    options.inputs = inputs;
    std::vector<std::string> result;
    for (const InputFile& file : list_inputs(options)) result.push_back(file.document);
    return result;
  }

  ScanOptions options;

 private:
  testing::WorkingFolder folder_;
};

TEST_F(ListInputs, GoesThroughFoldersDepthFirstInByteOrder) {
  for (const char* name :
       {"docs/b.pgm", "docs/a.pgm", "docs/B.pgm", "docs/a/z.pgm", "docs/a/y/x.pgm", "docs/é.pgm"})
    make_page(name);
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/B.pgm", "docs/a/y/x.pgm", "docs/a/z.pgm", "docs/a.pgm",
                                           "docs/b.pgm", "docs/é.pgm"));
}

TEST_F(ListInputs, NamesDocumentsByTheInputAsGivenWithoutDots) {
  make_page("docs/sub/a.pgm");
  EXPECT_THAT(names({"./docs"}), ElementsAre("docs/sub/a.pgm"));
  EXPECT_THAT(names({"docs/"}), ElementsAre("docs/sub/a.pgm"));
  EXPECT_THAT(names({"."}), ElementsAre("docs/sub/a.pgm"));
  EXPECT_THAT(names({"docs/../docs/sub/./a.pgm"}), ElementsAre("docs/sub/a.pgm"));
  EXPECT_THAT(names({fs::absolute("docs").string()}), ElementsAre(fs::absolute("docs/sub/a.pgm").string()));
}

TEST_F(ListInputs, KeepsTheOrderOfTheInputsAndReadsANameOnce) {
  make_page("a/1.pgm");
  make_page("b/2.pgm");
  EXPECT_THAT(names({"b", "a/1.pgm", "./a", "b/2.pgm"}), ElementsAre("b/2.pgm", "a/1.pgm"));
}

TEST_F(ListInputs, SkipsHiddenFilesAndWhatIsNoDocumentInFolders) {
  make_page("docs/a.pgm");
  make_page("docs/.hidden.pgm");
  make_page("docs/.git/b.pgm");
  testing::write_text("docs/notes.txt", "nothing to see");
  testing::write_text("docs/cut.pdf", "");
  mkfifo("docs/pipe.pdf", 0600);
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/cut.pdf"));
}

TEST_F(ListInputs, TakesNamedFilesWhateverTheyAre) {
  testing::write_text("docs/notes.txt", "nothing to see");
  make_page(".hidden.pgm");
  options.exclude = {"*"};
  EXPECT_THAT(names({"docs/notes.txt", ".hidden.pgm", "missing.pdf"}),
              ElementsAre("docs/notes.txt", ".hidden.pgm", "missing.pdf"));
}

TEST_F(ListInputs, IncludesAndExcludesByGlobsOnThePathBelowTheInputOrTheName) {
  for (const char* name :
       {"docs/a.pgm", "docs/old/b.pgm", "docs/old/keep/c.pgm", "docs/new/d.pgm", "docs/new/a.pgm"})
    make_page(name);
  testing::write_text("docs/new/scan.bin", "not known as a document");

  options.include = {"a.pgm"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/new/a.pgm"));
  options.include = {"old/*"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/old/b.pgm", "docs/old/keep/c.pgm"));
  options.include = {"**/[ad].pgm"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/new/a.pgm", "docs/new/d.pgm"));
  options.include = {"*.bin"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/new/scan.bin"))
      << "a named glob overrides the look at the content";

  options.include = {};
  options.exclude = {"old"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/new/a.pgm", "docs/new/d.pgm"));
  options.exclude = {"new/*", "old/keep"};
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/old/b.pgm"));
  options.include = {"*.pgm"};
  options.exclude = {"*.pgm"};
  EXPECT_THAT(names({"docs"}), IsEmpty());
}

TEST_F(ListInputs, EndsInCirclesOfLinksAndFollowsOthers) {
  make_page("docs/a.pgm");
  make_page("elsewhere/b.pgm");
  fs::create_directory_symlink("..", "docs/up");
  fs::create_directory_symlink(".", "docs/self");
  fs::create_directory_symlink("../elsewhere", "docs/link");
  fs::create_symlink("gone.pgm", "docs/dangling.pgm");
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/dangling.pgm", "docs/link/b.pgm"));
}

TEST_F(ListInputs, ListsAFolderThatCannotBeReadAsADocument) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every folder";
  make_page("docs/a.pgm");
  make_page("docs/closed/b.pgm");
  fs::permissions("docs/closed", fs::perms::none);
  EXPECT_THAT(names({"docs"}), ElementsAre("docs/a.pgm", "docs/closed"));
  fs::permissions("docs/closed", fs::perms::owner_all);
}

TEST(SelectPages, TakesAllWithoutRangesAndEachPageOnceInOrderWithThem) {
  EXPECT_THAT(select_pages({}, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(select_pages({{3, 4}, {1, 1}, {4, 4}}, 5), ElementsAre(0, 2, 3));
  EXPECT_THAT(select_pages({{4, 0}}, 5), ElementsAre(3, 4));
  EXPECT_THAT(select_pages({{6, 0}}, 5), IsEmpty());
}

}  // namespace
}  // namespace ocrbatch::pipeline
