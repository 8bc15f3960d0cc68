#include <algorithm>
#include <cmath>

#include "io/writers/number_text.h"
#include "io/writers/page_format.h"
#include "io/writers/text_encoding.h"

namespace ocrbatch::io {
namespace {

std::string bbox(const Box& box) {
  return "bbox " + std::to_string(box.x0) + " " + std::to_string(box.y0) + " " + std::to_string(box.x1) +
         " " + std::to_string(box.y1);
}

// hOCR's x_wconf: 0-100.
std::string percent(double confidence) {
  return number_text(std::clamp(100 * confidence, 0.0, 100.0), /*decimals=*/0);
}

// The baseline as hOCR has it: slope, and offset from the box's bottom left corner, y downwards. Of print
// that runs up or down the page, its angle, counterclockwise.
std::string baseline(const Line& line) {
  const double run = line.baseline_end.x - line.baseline_start.x;
  const double fall = line.baseline_end.y - line.baseline_start.y;
  if (std::abs(fall) > std::abs(run)) return fall > 0 ? "textangle 270" : "textangle 90";
  const double slope = std::abs(run) > 0.5 ? (line.baseline_end.y - line.baseline_start.y) / run : 0;
  const double y_at_left = line.baseline_start.y + slope * (line.bbox.x0 - line.baseline_start.x);
  return "baseline " + number_text(slope, 5) + " " + number_text(y_at_left - line.bbox.y1, 2);
}

std::string open_tag(const char* tag, const char* css_class, const std::string& id,
                     const std::string& title) {
  return std::string("<") + tag + " class=\"" + css_class + "\" id=\"" + id + "\" title=\"" +
         escape_xml(title) + "\">";
}

void add_line(std::string& out, const Line& line, const std::string& number) {
  out += "     " + open_tag("span", "ocr_line", "line_" + number, bbox(line.bbox) + "; " + baseline(line));
  if (line.words.empty()) out += escape_xml(line.text);
  for (std::size_t w = 0; w < line.words.size(); ++w) {
    const Word& word = line.words[w];
    if (w > 0) out += ' ';
    out += open_tag("span", "ocrx_word", "word_" + number + "_" + std::to_string(w + 1),
                    bbox(word.bbox) + "; x_wconf " + percent(word.confidence)) +
           escape_xml(word.text) + "</span>";
  }
  out += "</span>\n";
}

void add_block(std::string& out, const Block& block, const std::string& number) {
  out += "   " + open_tag("div", "ocr_carea", "block_" + number, bbox(block.bbox)) + "\n";
  for (std::size_t p = 0; p < block.paragraphs.size(); ++p) {
    const Paragraph& paragraph = block.paragraphs[p];
    const std::string paragraph_number = number + "_" + std::to_string(p + 1);
    out += "    " + open_tag("p", "ocr_par", "par_" + paragraph_number, bbox(paragraph.bbox)) + "\n";
    for (std::size_t l = 0; l < paragraph.lines.size(); ++l) {
      add_line(out, paragraph.lines[l], paragraph_number + "_" + std::to_string(l + 1));
    }
    out += "    </p>\n";
  }
  out += "   </div>\n";
}

// A name inside a property: the quotes that delimit it may not occur in it.
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (char c : name) out += c == '"' ? '\'' : c;
  return out + "\"";
}

}  // namespace

std::string begin_hocr(const PageRecord& first) {
  // The record of a page that failed does not say which version it was.
  const bool known = !first.error && !first.provenance.version.empty();
  const std::string version = known ? " " + first.provenance.version : "";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" "
         "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n"
         "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n"
         " <head>\n"
         "  <title>" +
         escape_xml(printable_name(first.document)) +
         "</title>\n"
         "  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"/>\n"
         "  <meta name=\"ocr-system\" content=\"ocrbatch" +
         escape_xml(version) +
         "\"/>\n"
         "  <meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_par ocr_line ocrx_word "
         "ocrp_wconf\"/>\n"
         " </head>\n"
         " <body>\n";
}

std::string hocr_page(const PageRecord& record, bool) {
  const int number = record.page_number.value_or(1);
  const Page& page = record.page;
  const int width = record.error ? 0 : page.width_px, height = record.error ? 0 : page.height_px;
  std::string title = "image " + quoted(printable_name(record.document)) + "; " +
                      bbox({0, 0, width, height}) + "; ppageno " + std::to_string(number - 1);
  if (record.error) {
    title += std::string("; x_error ") + error_code_name(record.error->code);
  } else if (page.dpi > 0) {
    title += "; scan_res " + number_text(page.dpi, 2) + " " + number_text(page.dpi, 2);
  }
  if (!record.error && page.rotation_deg != 0) title += "; x_rotation " + std::to_string(page.rotation_deg);
  const std::string page_number = std::to_string(number);
  std::string out = "  " + open_tag("div", "ocr_page", "page_" + page_number, title) + "\n";
  if (!record.error) {
    for (std::size_t b = 0; b < page.blocks.size(); ++b) {
      add_block(out, page.blocks[b], page_number + "_" + std::to_string(b + 1));
    }
  }
  return out + "  </div>\n";
}

std::string end_hocr() {
  return " </body>\n</html>\n";
}

}  // namespace ocrbatch::io
