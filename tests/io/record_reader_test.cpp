// Records back from their JSON lines.
#include "io/record_reader.h"

#include <gtest/gtest.h>

#include "io/writer.h"
#include "io/writers/text_encoding.h"
#include "tests/io/sample_records.h"
#include "tests/io/samples.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::io {
namespace {

// Every sample, as the pipeline hands it over.
std::vector<PageRecord> rounded_run() {
  std::vector<PageRecord> records = sample_run();
  for (PageRecord& record : records) round_as_written(record);
  return records;
}

TEST(ReadRecord, IsTheInverseOfToJson) {
  for (const PageRecord& record : rounded_run()) {
    const std::string line = to_json(record);
    const auto read = read_record(line);
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(to_json(*read), line);
    EXPECT_EQ(read->document, record.document);
    EXPECT_EQ(read->page_number, record.page_number);
    EXPECT_EQ(read->error.has_value(), record.error.has_value());
  }
}

TEST(ReadRecord, GivesEveryFormatWhatTheRunGaveIt) {
  const ocrbatch::testing::TemporaryFolder folder;
  for (const char* format : {"hocr", "txt"}) {
    const auto direct = make_folder_writer(format, folder.path() / "direct");
    const auto by_record = make_folder_writer(format, folder.path() / "record");
    for (const PageRecord& record : rounded_run()) {
      direct->write(record);
      by_record->write(*read_record(to_json(record)));
    }
    direct->finish();
    by_record->finish();
  }
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "direct")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const auto other = folder.path() / "record" / entry.path().lexically_relative(folder.path() / "direct");
    EXPECT_EQ(read_file(entry.path()), read_file(other)) << entry.path();
  }
  EXPECT_EQ(files, 4);
}

TEST(ReadRecord, RoundsSoThatNothingChangesAnyMore) {
  for (double value : {0.98765432, 1.0 / 3, 0.00005, 0.99995, 0.5, 1e-300}) {
    PageRecord record = sample_record();
    record.page.blocks[0].paragraphs[0].lines[0].confidence = value;
    record.page.blocks[0].paragraphs[0].lines[0].baseline_start.y = 1000 * value;
    round_as_written(record);
    const auto read = read_record(to_json(record));
    ASSERT_TRUE(read);
    const Line& before = record.page.blocks[0].paragraphs[0].lines[0];
    const Line& after = read->page.blocks[0].paragraphs[0].lines[0];
    EXPECT_EQ(before.confidence, after.confidence);
    EXPECT_EQ(before.baseline_start.y, after.baseline_start.y);
  }
}

TEST(ReadRecord, RefusesWhatIsNoRecord) {
  const std::string line = to_json(rounded_run()[0]);
  for (std::size_t length = 0; length < line.size(); length += 7)
    EXPECT_FALSE(read_record(line.substr(0, length)));
  EXPECT_FALSE(read_record(line + "x"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = line;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << from;
    return text.replace(at, from.size(), to);
  };
  EXPECT_TRUE(read_record(changed("\"page\":1", "\"page\":2")));
  EXPECT_FALSE(read_record(changed("\"schema\":1", "\"schema\":2")));
  EXPECT_FALSE(read_record(changed("\"page\":1", "\"page\":9")));  // of 3
  EXPECT_FALSE(read_record(changed("\"page\":1", "\"page\":1.5")));
  EXPECT_FALSE(read_record(changed("\"width\"", "\"wide\"")));
  EXPECT_FALSE(read_record(changed("\"schema\":1", "\"schema\":1,\"more\":2")));
  EXPECT_FALSE(read_record(changed("docs/a.pdf", "docs\\\\a.pdf")));  // a single backslash is no name
  const std::string failure = to_json(page_failure());
  EXPECT_TRUE(read_record(failure));
  EXPECT_FALSE(read_record(std::string(failure).replace(failure.find("corrupt"), 7, "unlucky")));
  EXPECT_FALSE(read_record("[" + std::string(1000, '[')));
}

TEST(NameOfPrintable, GivesTheBytesBack) {
  for (const std::string name : {"plain", "back\\slash", "\xFF\xFE", "\\x41", "\xC3", "é\n"})
    EXPECT_EQ(name_of_printable(printable_name(name)), name);
  for (const char* broken : {"\\", "\\x", "\\x4", "\\xZZ", "\\n"})
    EXPECT_EQ(name_of_printable(broken), std::nullopt);
}

}  // namespace
}  // namespace ocrbatch::io
