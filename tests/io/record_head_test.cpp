#include "io/record_reader.h"

#include <gtest/gtest.h>

#include "io/writer.h"

namespace ocrbatch::io {
namespace {

PageRecord record_of(const std::string& document) {
  PageRecord record;
  record.document = document;
  record.page_number = 2;
  record.page_count = 7;
  return record;
}

TEST(RecordHead, SaysWhatToJsonWasTold) {
  for (const std::string document : {"docs/a.pdf", "a \"b\", {c}: [d].png", "back\\slash", "torn\nname",
                                     "not UTF-8 \xff\xfe.tif", "\\x41", "\\"}) {
    const auto head = read_record_head(to_json(record_of(document)));
    ASSERT_TRUE(head.has_value()) << document;
    EXPECT_EQ(head->document, document);
    EXPECT_EQ(head->page_number, 2);
    EXPECT_EQ(head->page_count, 7);
    EXPECT_TRUE(head->ok);
  }
}

TEST(RecordHead, KnowsPagesAndDocumentsThatFailed) {
  PageRecord record = record_of("a.pdf");
  record.error = Error{ErrorCode::kCorrupt, "damaged, \"here\""};
  EXPECT_FALSE(read_record_head(to_json(record))->ok);
  record.page_number = record.page_count = std::nullopt;
  const auto head = read_record_head(to_json(record));
  ASSERT_TRUE(head.has_value());
  EXPECT_FALSE(head->page_number);
  EXPECT_FALSE(head->ok);
}

TEST(RecordHead, RefusesWhatIsNoRecord) {
  const std::string whole = to_json(record_of("a.pdf"));
  for (const std::string& line :
       {std::string(), std::string("{}"), std::string("null"), whole.substr(0, 30),
        whole.substr(0, whole.size() - 3),
        std::string(R"({"schema":1,"document":"a","page":1,"pages":null,"status":"ok","text":""})"),
        std::string(R"({"schema":1,"document":"a","page":3,"pages":2,"status":"ok","text":""})"),
        std::string(R"({"schema":1,"document":"a","page":null,"pages":null,"status":"ok","text":""})"),
        std::string(R"({"schema":1,"document":"a","page":1,"pages":1,"status":"fine","text":""})"),
        std::string(R"({"schema":1,"document":7,"page":1,"pages":1,"status":"ok","text":""})")})
    EXPECT_FALSE(read_record_head(line)) << line;
  EXPECT_FALSE(read_record_head(R"({"schema":2,"document":"a","page":1,"pages":1,"status":"ok","text":""})"));
}

}  // namespace
}  // namespace ocrbatch::io
