#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <set>

#include "io/writer.h"
#include "tests/io/sample_records.h"
#include "tests/io/samples.h"

namespace ocrbatch::io {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) names.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void write_all(Writer& writer, const std::vector<PageRecord>& records) {
  for (const PageRecord& record : records) writer.write(record);
}

// The text of an hOCR file's or fragment's elements of one class, entities resolved.
std::vector<std::string> hocr_words(const std::string& hocr) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = hocr.find("class=\"ocrx_word\"", at)) != hocr.npos;) {
    const std::size_t start = hocr.find('>', at) + 1, end = hocr.find('<', start);
    std::string word = hocr.substr(start, end - start);
    const std::pair<const char*, const char*> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    for (const auto& [entity, character] : entities) {
      for (std::size_t e; (e = word.find(entity)) != word.npos;)
        word.replace(e, std::strlen(entity), character);
    }
    words.push_back(word);
    at = end;
  }
  return words;
}

TEST(Document, TextSeparatesBlocksByAnEmptyLine) {
  EXPECT_EQ(page_text(sample_record().page), "Größe \"A\"\n<b>&'\x01\n\n42");
  EXPECT_EQ(page_text(Page{}), "");
}

TEST(Document, ConfidenceIsWeightedByCharacters) {
  // 9, 6 and 2 characters.
  EXPECT_NEAR(page_confidence(sample_record().page), (9 * 0.98765432 + 6 * 0.5 + 2 / 3.0) / 17, 1e-12);
  EXPECT_EQ(page_confidence(Page{}), 0);
}

TEST(Document, BoxesUniteAndClip) {
  EXPECT_EQ(unite({0, 0, 2, 2}, {5, 1, 6, 9}), (Box{0, 0, 6, 9}));
  EXPECT_EQ(unite({}, {5, 1, 6, 9}), (Box{5, 1, 6, 9}));
  EXPECT_EQ(clip({-3, 5, 20, 40}, 10, 30), (Box{0, 5, 10, 30}));
  EXPECT_TRUE(clip({50, 50, 60, 60}, 10, 10).empty());
}

TEST(JsonlWriter, WritesAPageKeyByKey) {
  EXPECT_EQ(
      to_json(sample_record()),
      R"({"schema":1,"document":"docs/a.pdf","page":1,"pages":3,"status":"ok","text":"Größe \"A\"\n<b>&'\u0001\n\n42",)"
      R"("width":2480,"height":3508,"dpi":300,"rotation":90,"confidence":0.7386,)"
      R"("blocks":[{"type":"text","bbox":[100,200,500,290],)"
      R"("paragraphs":[{"bbox":[100,200,500,290],"lines":[{"bbox":[100,200,500,240],"baseline":[[100,232],[500,236]],)"
      R"("text":"Größe \"A\"","confidence":0.9877,"words":[{"text":"Größe","bbox":[100,200,290,240],"confidence":0.99},)"
      R"({"text":"\"A\"","bbox":[310,202,500,238],"confidence":1}]},)"
      R"({"bbox":[100,250,300,290],"baseline":[[100,282.13],[300,282.13]],"text":"<b>&'\u0001","confidence":0.5,)"
      R"("words":[{"text":"<b>&'\u0001","bbox":[100,250,300,290],"confidence":0.5}]}]}]},)"
      R"({"type":"table","bbox":[100,400,180,440],"paragraphs":[{"bbox":[100,400,180,440],)"
      R"("lines":[{"bbox":[100,400,180,440],"baseline":[[100,430],[180,430]],"text":"42","confidence":0.3333,)"
      R"("words":[{"text":"42","bbox":[100,400,180,440],"confidence":0.3333}]}]}]}],)"
      R"("provenance":{"sha256":"00ff","model":"latin-fast","model_sha256":"aa11","version":"0.1.0","settings":"5e77"}})");
}

TEST(JsonlWriter, WritesFailuresOfPagesAndDocuments) {
  EXPECT_EQ(to_json(page_failure()),
            R"({"schema":1,"document":"docs/a.pdf","page":2,"pages":3,"status":"error",)"
            R"("error":{"code":"corrupt","message":"the page is damaged"}})");
  EXPECT_EQ(to_json(document_failure()),
            R"({"schema":1,"document":"docs/b.pdf","page":null,"pages":null,"status":"error",)"
            R"("error":{"code":"encrypted","message":"a password is needed"}})");
}

TEST(JsonlWriter, WritesTimingsOnlyWhenSet) {
  PageRecord record = sample_record();
  EXPECT_THAT(to_json(record), testing::Not(HasSubstr("timing_ms")));
  record.timing = PageTiming{1.239, 0, 1234567.891};
  EXPECT_THAT(to_json(record),
              HasSubstr(R"(,"timing_ms":{"decode":1.24,"layout":0,"recognize":1234567.89}})"));
}

TEST(JsonlWriter, WritesNumbersThatAnyParserReads) {
  PageRecord record = sample_record();
  record.page.dpi = 0;
  record.page.blocks[0].paragraphs[0].lines[0].confidence = std::nan("");
  record.page.blocks[0].paragraphs[0].lines[0].baseline_start = {-0.001, 1e9};
  const std::string json = to_json(record);
  EXPECT_THAT(json, HasSubstr("\"dpi\":null"));
  EXPECT_THAT(json, HasSubstr("[[0,1000000000],[500,236]]"));
  EXPECT_THAT(json, testing::Not(HasSubstr(":nan")));
  EXPECT_NO_THROW(boost::json::parse(json));
}

// The reverse of what docs/output.md says of names.
std::string decode_name(const std::string& name) {
  std::string bytes;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      bytes += name[i];
    } else if (name[i + 1] == '\\') {
      bytes += '\\';
      i += 1;
    } else {
      bytes += static_cast<char>(std::stoi(name.substr(i + 2, 2), nullptr, 16));
      i += 3;
    }
  }
  return bytes;
}

TEST(JsonlWriter, NamesOfAnyBytesCanBeHadBack) {
  for (const std::string& name :
       {std::string("docs/é.pdf"), std::string("caf\xE9.pdf"), std::string("\xFF\xFE"), std::string("a\\xe9"),
        std::string("\\"), std::string("\xC3"), std::string("tab\tnewline\n\x7F"),
        std::string("\xED\xA0\x80")}) {
    PageRecord record = document_failure();
    record.document = name;
    const auto json = boost::json::parse(to_json(record));  // refuses invalid UTF-8
    EXPECT_EQ(decode_name(json.at("document").as_string().c_str()), name);
  }
  EXPECT_THAT(to_json(sample_record()), HasSubstr("\"document\":\"docs/a.pdf\""));
}

TEST(JsonlWriter, InvalidTextBecomesReplacementCharacters) {
  PageRecord record = document_failure();
  record.error->message = "bad \xFF byte";
  EXPECT_THAT(to_json(record), HasSubstr("bad \xEF\xBF\xBD byte"));
}

TEST(JsonlWriter, TheFileAppearsWithFinishOnly) {
  ScratchFolder folder;
  const fs::path file = folder / "out.jsonl";
  write_file(file, "earlier");
  {
    const auto writer = make_jsonl_writer(file);
    writer->write(document_failure());
    EXPECT_EQ(read_file(file), "earlier");
  }
  EXPECT_EQ(read_file(file), "earlier");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"out.jsonl"});  // no temporary file stays
  const auto writer = make_jsonl_writer(file);
  write_all(*writer, {page_failure(), document_failure()});
  writer->finish();
  EXPECT_EQ(read_file(file), to_json(page_failure()) + "\n" + to_json(document_failure()) + "\n");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"out.jsonl"});
}

TEST(JsonlWriter, KeepsLinksAndModesOfWhatItReplaces) {
  ScratchFolder folder;
  write_file(folder / "real.jsonl", "x");
  ASSERT_EQ(::chmod((folder / "real.jsonl").c_str(), 0640), 0);
  fs::create_symlink("real.jsonl", folder / "link.jsonl");
  const auto writer = make_jsonl_writer(folder / "link.jsonl");
  writer->finish();
  EXPECT_TRUE(fs::is_symlink(folder / "link.jsonl"));
  EXPECT_EQ(read_file(folder / "real.jsonl"), "");
  EXPECT_EQ(static_cast<int>(fs::status(folder / "real.jsonl").permissions()), 0640);
}

TEST(JsonlWriter, ReportsAFullDiskWithPathAndReason) {
  const auto writer = make_jsonl_writer(fs::path("/dev/full"));
  try {
    writer->write(document_failure());
    FAIL() << "nothing thrown";
  } catch (const OutputClosed&) {
    FAIL() << "a full disk is no closed pipe";
  } catch (const OutputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/dev/full"));
    EXPECT_THAT(error.what(), HasSubstr("No space left on device"));
  }
}

TEST(JsonlWriter, TellsAClosedPipeApart) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto writer = make_jsonl_writer(ends[1]);
  writer->write(document_failure());
  std::string received(to_json(document_failure()).size() + 1, '\0');
  EXPECT_EQ(::read(ends[0], received.data(), received.size()), static_cast<ssize_t>(received.size()));
  EXPECT_EQ(received, to_json(document_failure()) + "\n");
  ::close(ends[0]);
  EXPECT_THROW(writer->write(document_failure()), OutputClosed);
  ::close(ends[1]);
}

TEST(JsonlWriter, ReportsFoldersThatCannotBeWritten) {
  EXPECT_THROW(make_jsonl_writer(fs::path("/proc/no-such/out.jsonl")), OutputError);
  EXPECT_THROW(make_jsonl_writer(fs::temp_directory_path()), OutputError);
}

TEST(FolderWriter, MirrorsTheInputTree) {
  ScratchFolder folder;
  for (const char* format : {"hocr", "txt"}) {
    const auto writer = make_folder_writer(format, folder / "out");
    write_all(*writer, sample_run());
    writer->finish();
  }
  const std::string odd = sample_run().back().document;
  EXPECT_THAT(names_in(folder / "out"), testing::UnorderedElementsAre("docs/a.pdf.hocr", "docs/a.pdf.txt",
                                                                      odd + ".hocr", odd + ".txt"));
  EXPECT_EQ(read_file(folder / "out/docs/a.pdf.txt"), page_text(sample_record().page) + "\n\f\f");
}

TEST(FolderWriter, NeverLeavesTheFolder) {
  EXPECT_EQ(output_name("docs/sub/a.pdf", ".hocr"), "docs/sub/a.pdf.hocr");
  EXPECT_EQ(output_name("/data/a.pdf", ".txt"), "data/a.pdf.txt");
  EXPECT_EQ(output_name("../../etc/passwd", ".txt"), "__/__/etc/passwd.txt");
  EXPECT_EQ(output_name("a/./b//..", ".txt"), "a/b/__.txt");
  EXPECT_EQ(output_name("/", ".txt"), "document.txt");
  EXPECT_EQ(output_name("", ".txt"), "document.txt");
}

TEST(FolderWriter, CutsNamesThatGetTooLong) {
  const std::string a = std::string(251, 'a') + ".pdf", b = std::string(251, 'a') + ".png";
  const std::string name_a = output_name(a, ".hocr").string(), name_b = output_name(b, ".hocr").string();
  EXPECT_LE(name_a.size(), 255u);
  EXPECT_NE(name_a, name_b);
  EXPECT_TRUE(name_a.ends_with(".hocr"));
  ScratchFolder folder;
  PageRecord record = sample_record();
  record.document = a;
  const auto writer = make_folder_writer("hocr", folder.path());
  writer->write(record);
  writer->finish();
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{name_a});
}

TEST(FolderWriter, GivesDocumentsThatShareANameFilesOfTheirOwn) {
  ScratchFolder folder;
  const auto writer = make_folder_writer("txt", folder.path());
  for (const char* name : {"/a.pdf", "a.pdf", "a.pdf"}) {  // the last: given twice
    PageRecord record = sample_record();
    record.document = name;
    writer->write(record);
  }
  writer->finish();
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"a.pdf.txt", "a.pdf~2.txt", "a.pdf~3.txt"}));
}

TEST(FolderWriter, UnfinishedDocumentsLeaveNoFile) {
  ScratchFolder folder;
  {
    const auto writer = make_folder_writer("hocr", folder.path());
    PageRecord first = sample_record(), second = sample_record();
    second.document = "docs/z.pdf";
    writer->write(first);
    writer->write(second);  // completes the first
  }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"docs/a.pdf.hocr"});
}

TEST(FolderWriter, ReportsFoldersThatCannotBeMade) {
  ScratchFolder folder;
  write_file(folder / "file", "");
  EXPECT_THROW(make_folder_writer("hocr", folder / "file"), OutputError);
  EXPECT_THROW(make_folder_writer("hocr", "/proc/no-such"), OutputError);
  EXPECT_THROW(make_folder_writer("docx", folder.path()), std::invalid_argument);
}

TEST(FolderWriter, ReportsReadOnlyFolders) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  ScratchFolder folder;
  const auto writer = make_folder_writer("hocr", folder.path());
  ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
  EXPECT_THROW(writer->write(sample_record()), OutputError);
}

TEST(HocrWriter, SaysWhichWayPrintRunsThatIsNotLevel) {
  for (const int angle : {90, 270}) {
    PageRecord record = sample_record();
    Line& line = record.page.blocks[0].paragraphs[0].lines[0];
    line.baseline_start = {100, 200}, line.baseline_end = {101, 240};
    if (angle == 90) std::swap(line.baseline_start, line.baseline_end);
    ScratchFolder folder;
    const auto writer = make_folder_writer("hocr", folder.path());
    write_all(*writer, {record});
    writer->finish();
    EXPECT_THAT(read_file(folder / "docs/a.pdf.hocr"),
                HasSubstr("bbox 100 200 500 240; textangle " + std::to_string(angle) + "\""));
  }
}

TEST(HocrWriter, WritesTheGoldenFile) {
  ScratchFolder folder;
  const auto writer = make_folder_writer("hocr", folder.path());
  write_all(*writer, {sample_record(), page_failure()});
  writer->finish();
  EXPECT_EQ(read_file(folder / "docs/a.pdf.hocr"), read_file(fs::path(OCRBATCH_TEST_DATA) / "golden.hocr"));
}

TEST(HocrWriter, AgreesWithJsonlWordByWord) {
  ScratchFolder folder;
  PageRecord record = sample_record();
  // The control character is the one thing that XML cannot hold.
  Line& line = record.page.blocks[0].paragraphs[0].lines[1];
  line.text = line.words[0].text = "<b>&'";
  const auto writer = make_folder_writer("hocr", folder.path());
  writer->write(record);
  writer->finish();
  std::vector<std::string> json_words;
  const auto json = boost::json::parse(to_json(record));
  for (const auto& block : json.at("blocks").as_array()) {
    for (const auto& paragraph : block.at("paragraphs").as_array()) {
      for (const auto& entry : paragraph.at("lines").as_array()) {
        for (const auto& word : entry.at("words").as_array()) {
          json_words.emplace_back(word.at("text").as_string().c_str());
        }
      }
    }
  }
  EXPECT_EQ(json_words.size(), 4u);
  EXPECT_EQ(hocr_words(read_file(folder / "docs/a.pdf.hocr")), json_words);
}

// Leaves the sample run in every format where a script of the tests wants to look at it.
TEST(Writers, RenderTheSampleRun) {
  const char* target = std::getenv("OCRBATCH_SAMPLE_OUTPUT");
  ScratchFolder scratch;
  const fs::path folder = target ? fs::path(target) : scratch.path();
  const auto jsonl = make_jsonl_writer(folder / "run.jsonl");
  const auto hocr = make_folder_writer("hocr", folder / "hocr");
  const auto txt = make_folder_writer("txt", folder / "txt");
  for (Writer* writer : {jsonl.get(), hocr.get(), txt.get()}) {
    write_all(*writer, sample_run());
    writer->finish();
  }
  const std::string lines = read_file(folder / "run.jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 5);
}

}  // namespace
}  // namespace ocrbatch::io
