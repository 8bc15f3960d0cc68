#include "io/record_head.h"

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
    ASSERT_TRUE(head.ok()) << document;
    EXPECT_EQ(head.value().document, document);
    EXPECT_EQ(head.value().page_number, 2);
    EXPECT_EQ(head.value().page_count, 7);
    EXPECT_TRUE(head.value().ok);
  }
}

TEST(RecordHead, KnowsPagesAndDocumentsThatFailed) {
  PageRecord record = record_of("a.pdf");
  record.error = Error{ErrorCode::kCorrupt, "damaged, \"here\""};
  EXPECT_FALSE(read_record_head(to_json(record)).value().ok);
  record.page_number = record.page_count = std::nullopt;
  const auto head = read_record_head(to_json(record));
  ASSERT_TRUE(head.ok());
  EXPECT_FALSE(head.value().page_number);
  EXPECT_FALSE(head.value().ok);
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
    EXPECT_FALSE(read_record_head(line).ok()) << line;
  EXPECT_EQ(read_record_head(R"({"schema":2,"document":"a","page":1,"pages":1,"status":"ok","text":""})")
                .error()
                .code,
            ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace ocrbatch::io
