#include "recognizer/train/run_report.h"

#include <gmock/gmock.h>
#include <png.h>

#include <fstream>
#include <sstream>

#include "recognizer/train/html.h"
#include "tests/support/temporary_folder.h"

namespace ocrbatch::recognizer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LineReading line(const std::string& truth, const std::string& read) {
  return {"lines/" + truth, truth, read, cv::Mat(8, 20, CV_8UC1, cv::Scalar(255))};
}

RunReport small_report() {
  RunReport report;
  report.model = {{"architecture", "mamba_ctc"}, {"alphabet", {"a", "<"}}};
  report.recipe = {{"train", {{"batch_size", 8}}}, {"data", "my <lines> & 'more'"}};
  report.points = {{50, 400, 1e-3, 2.5, 80, {}, {}, {}, 0.1},
                   {100, 800, 1e-4, 0.5, 90, 0.25, 0.5, 0.75, 0.2, 0.125}};
  report.total_steps = 200;
  report.phases = {1, 2, 3, 3, 1};
  report.parameters = {{"head", 10, 0}, {"backbone", 0, 20}};
  report.best_cer = 0.25;
  report.base_cer_before = 0.0625;
  report.lines = {line("good", "good"), line("a<b", "a&lt;b")};
  return report;
}

TEST(RunReport, TheWorstLinesComeFirstByDistanceThenByShare) {
  const auto worst = worst_lines({line("right", "right"), line("abcdefgh", "abcdefgx"), line("abcd", "xxcd"),
                                  line("ab", "ax"), line("efgh", "xxgh")},
                                 3);
  ASSERT_EQ(worst.size(), 3U);
  EXPECT_EQ(worst[0].truth, "abcd");
  EXPECT_EQ(worst[1].truth, "efgh");
  EXPECT_EQ(worst[2].truth, "ab");
}

TEST(RunReport, ThePageHoldsEverythingAndNeedsNothing) {
  const std::string html = run_report_html(small_report());
  EXPECT_THAT(html, HasSubstr("100 of 200"));
  EXPECT_THAT(html, HasSubstr("25.00 %"));                   // CER
  EXPECT_THAT(html, HasSubstr("12.50 %"));                   // of the base's lines
  EXPECT_THAT(html, HasSubstr("6.25 %"));                    // before
  EXPECT_THAT(html, HasSubstr("<meter value=\"0.3000\">"));  // the loss's share of the time
  EXPECT_THAT(html, HasSubstr("<td>backbone</td><td class=\"number\">0</td><td class=\"number\">20</td>"));
  EXPECT_THAT(html, HasSubstr("<th>train.batch_size</th><td>8</td>"));
  EXPECT_THAT(html, HasSubstr("src=\"data:image/png;base64,iVBORw0KGgo"));
  for (const char* title :
       {"loss, over steps", ">CER<", ">WER<", "learning rate", "lines a second", "waited"})
    EXPECT_THAT(html, HasSubstr(title));
  for (const char* foreign : {"<script", "http:", "https:", "<link", "@import"})
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
}

TEST(RunReport, WhatComesFromTheDataIsText) {
  const std::string html = run_report_html(small_report());
  EXPECT_THAT(html, HasSubstr("my &lt;lines&gt; &amp; &#39;more&#39;"));
  EXPECT_THAT(html, HasSubstr("<div>a<mark class=\"missed\">&lt;</mark>b</div>"));
  EXPECT_THAT(html, HasSubstr("<div>a<mark class=\"wrong\">&amp;lt;</mark>b</div>"));
  EXPECT_THAT(html, Not(HasSubstr("lines/good")));
}

TEST(RunReport, IsWrittenWholeInPlaceOfTheOldOne) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "report.html") << "old";
  write_run_report(folder.path() / "report.html", small_report());
  std::ostringstream text;
  text << std::ifstream(folder.path() / "report.html").rdbuf();
  EXPECT_EQ(text.str(), run_report_html(small_report()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "report.html.tmp"));
}

TEST(Html, ControlCharactersAndBrokenUtf8AreReplaced) {
  EXPECT_EQ(html_escape("a\tb\x01\xFFz\""), "a\tb\uFFFD\uFFFDz&quot;");
}

TEST(Html, ThePictureIsTheLineItself) {
  cv::Mat wide(3, 9, CV_8UC1);
  for (int y = 0; y < wide.rows; ++y)
    for (int x = 0; x < wide.cols; ++x) wide.at<unsigned char>(y, x) = static_cast<unsigned char>(y * 80 + x);
  const cv::Mat part = wide.colRange(2, 7);  // rows that do not touch
  const std::string uri = png_data_uri(part);
  const std::string base64 = uri.substr(uri.find(',') + 1);
  std::vector<unsigned char> bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : base64) {
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '=') break;
    bits = bits << 6 | static_cast<std::uint32_t>(digits.find(c));
    held += 6;
    if (held >= 8) bytes.push_back(static_cast<unsigned char>(bits >> (held -= 8)));
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0) << image.message;
  image.format = PNG_FORMAT_GRAY;
  cv::Mat read(static_cast<int>(image.height), static_cast<int>(image.width), CV_8UC1);
  ASSERT_NE(png_image_finish_read(&image, nullptr, read.data, 0, nullptr), 0);
  ASSERT_EQ(read.size(), part.size());
  EXPECT_TRUE(
      std::equal(read.begin<unsigned char>(), read.end<unsigned char>(), part.begin<unsigned char>()));
  EXPECT_EQ(png_data_uri(cv::Mat()), "");
}

}  // namespace
}  // namespace ocrbatch::recognizer
