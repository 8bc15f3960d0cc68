#include "io/readers/pdf_content.h"

#include <charconv>
#include <cmath>
#include <qpdf/BufferInputSource.hh>
#include <qpdf/Pipeline.hh>
#include <stdexcept>
#include <string_view>

namespace ocrbatch::io {
namespace {

// A scanned page's own content is a few operators, with a text layer some 100 KB; what is larger is a
// drawing.
constexpr std::size_t kMaxContentBytes = 16 << 20;
constexpr int kMaxFormDepth = 8, kMaxForms = 200;
constexpr double kMaxPixelAspect = 3;  // beyond, an image is a stretched ornament (faxes have 2)

class ContentBuffer : public Pipeline {
 public:
  explicit ContentBuffer(std::string* content) : Pipeline("content", nullptr), content_(content) {}
  void write(const unsigned char* data, std::size_t size) override {
    if (content_->size() + size > kMaxContentBytes) throw std::runtime_error("content too large");
    content_->append(reinterpret_cast<const char*>(data), size);
  }
  void finish() override {}

 private:
  std::string* content_;
};

}  // namespace

Matrix concat(const Matrix& m, const Matrix& n) {
  return {m.a * n.a + m.b * n.c, m.a * n.b + m.b * n.d,       m.c * n.a + m.d * n.c,
          m.c * n.b + m.d * n.d, m.e * n.a + m.f * n.c + n.e, m.e * n.b + m.f * n.d + n.f};
}

double number_value(std::string_view token) {
  if (!token.empty() && token.front() == '+') token.remove_prefix(1);
  double value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  return value;
}

Rect intersect(const Rect& a, const Rect& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

int integer(QPDFObjectHandle dictionary, const char* key) {
  QPDFObjectHandle value = dictionary.getKey(key);
  return value.isInteger() ? value.getIntValueAsInt() : 0;
}

bool append_stream(QPDFObjectHandle stream, std::string* content) {
  if (!stream.isStream()) return false;
  ContentBuffer buffer(content);
  const bool ok = stream.pipeStreamData(&buffer, nullptr, 0, qpdf_dl_generalized, /*suppress_warnings=*/true);
  content->push_back('\n');
  return ok;
}

void ContentImages::run(const std::string& content, QPDFObjectHandle resources, Matrix ctm, int depth) {
  content_bytes_ += content.size();
  if (content_bytes_ > kMaxContentBytes) throw std::runtime_error("content too large");
  const std::shared_ptr<InputSource> input = std::make_shared<BufferInputSource>("content", content);
  QPDFTokenizer tokenizer;
  tokenizer.allowEOF();
  struct State {
    Matrix ctm;
    bool text_visible = true;
    double font_size = 0;
  };
  State state{ctm};
  Matrix text;  // from text to user space, where the text stands left out
  std::vector<State> saved;
  std::vector<double> numbers;
  std::string name;
  std::size_t string_bytes = 0;
  for (;;) {
    const QPDFTokenizer::Token token = tokenizer.readToken(input, "content", /*allow_bad=*/true);
    switch (token.getType()) {
      case QPDFTokenizer::tt_eof:
        return;
      case QPDFTokenizer::tt_integer:
      case QPDFTokenizer::tt_real:
        if (numbers.size() < 64) numbers.push_back(number_value(token.getValue()));
        continue;
      case QPDFTokenizer::tt_name:
        name = token.getValue();
        continue;
      case QPDFTokenizer::tt_string:
        string_bytes += token.getValue().size();
        continue;
      case QPDFTokenizer::tt_word:
        break;
      default:
        continue;
    }
    const std::string op = token.getValue();
    if (op == "q") {
      if (saved.size() < 10000) saved.push_back(state);
    } else if (op == "Q") {
      if (!saved.empty()) {
        state = saved.back();
        saved.pop_back();
      }
    } else if (op == "cm" && numbers.size() >= 6) {
      const double* n = &numbers[numbers.size() - 6];
      state.ctm = concat({n[0], n[1], n[2], n[3], n[4], n[5]}, state.ctm);
    } else if (op == "Do") {
      draw(name, resources, state.ctm, depth);
    } else if (op == "Tr" && !numbers.empty()) {
      state.text_visible = numbers.back() != 3 && numbers.back() != 7;
    } else if (op == "BT") {
      text = {};
    } else if (op == "Tf" && !numbers.empty()) {
      state.font_size = numbers.back();
    } else if (op == "Tm" && numbers.size() >= 6) {
      const double* n = &numbers[numbers.size() - 6];
      text = {n[0], n[1], n[2], n[3], n[4], n[5]};
    } else if (op == "Tj" || op == "TJ" || op == "'" || op == "\"") {
      if (state.text_visible) {
        visible_text += string_bytes;
        const Matrix on_page = concat(text, state.ctm);
        const double tenths = 10 * std::abs(state.font_size) * std::hypot(on_page.c, on_page.d);
        constexpr int kMost = 100000;  // also where damaged matrices make it no number
        text_of_size_[tenths < kMost ? static_cast<int>(tenths) : kMost] += string_bytes;
      }
    } else if (op == "BI") {
      read_inline_image(tokenizer, input, state.ctm);
    }
    numbers.clear();
    string_bytes = 0;
  }
}

double ContentImages::text_size_pt(double share) const {
  double left = share * static_cast<double>(visible_text);
  for (const auto& [tenths, bytes] : text_of_size_) {
    left -= static_cast<double>(bytes);
    if (left < 0) return tenths / 10.0;
  }
  return text_of_size_.empty() ? 0 : text_of_size_.rbegin()->first / 10.0;
}

void ContentImages::draw(const std::string& name, QPDFObjectHandle resources, const Matrix& ctm, int depth) {
  if (!resources.isDictionary()) return;
  QPDFObjectHandle objects = resources.getKey("/XObject");
  if (!objects.isDictionary()) return;
  QPDFObjectHandle object = objects.getKey(name);
  if (!object.isStream()) return;
  QPDFObjectHandle dictionary = object.getDict();
  if (dictionary.getKey("/Subtype").isNameAndEquals("/Image")) {
    int width = integer(dictionary, "/Width"), height = integer(dictionary, "/Height");
    // Layered scans keep the letters in the mask, sharper than the colours under it.
    for (const char* key : {"/SMask", "/Mask"}) {
      QPDFObjectHandle mask = dictionary.getKey(key);
      if (!mask.isStream()) continue;
      width = std::max(width, integer(mask.getDict(), "/Width"));
      height = std::max(height, integer(mask.getDict(), "/Height"));
    }
    place(width, height, ctm);
  } else if (dictionary.getKey("/Subtype").isNameAndEquals("/Form") && depth < kMaxFormDepth &&
             ++forms_ <= kMaxForms) {
    Matrix inner = ctm;
    QPDFObjectHandle matrix = dictionary.getKey("/Matrix");
    if (matrix.isMatrix()) {
      const QPDFObjectHandle::Matrix m = matrix.getArrayAsMatrix();
      inner = concat({m.a, m.b, m.c, m.d, m.e, m.f}, ctm);
    }
    QPDFObjectHandle own = dictionary.getKey("/Resources");
    std::string content;
    if (append_stream(object, &content)) run(content, own.isDictionary() ? own : resources, inner, depth + 1);
  }
}

void ContentImages::read_inline_image(QPDFTokenizer& tokenizer, const std::shared_ptr<InputSource>& input,
                                      const Matrix& ctm) {
  int width = 0, height = 0;
  std::string key;
  for (;;) {
    const QPDFTokenizer::Token token = tokenizer.readToken(input, "content", /*allow_bad=*/true);
    if (token.getType() == QPDFTokenizer::tt_eof) return;
    if (token.isWord("ID")) break;
    if (token.isInteger()) {
      if (key == "/W" || key == "/Width")
        width = static_cast<int>(std::min(number_value(token.getValue()), 1e9));
      if (key == "/H" || key == "/Height")
        height = static_cast<int>(std::min(number_value(token.getValue()), 1e9));
    }
    key = token.getType() == QPDFTokenizer::tt_name ? token.getValue() : std::string();
  }
  tokenizer.expectInlineImage(input);
  tokenizer.readToken(input, "content", /*allow_bad=*/true);
  place(width, height, ctm);
}

void ContentImages::place(int width_px, int height_px, const Matrix& ctm) {
  const double width_pt = std::hypot(ctm.a, ctm.b), height_pt = std::hypot(ctm.c, ctm.d);
  if (width_px <= 0 || height_px <= 0 || !(width_pt > 0) || !(height_pt > 0)) return;
  double dpi_x = 72 * width_px / width_pt, dpi_y = 72 * height_px / height_pt;
  if (std::max(dpi_x, dpi_y) > kMaxPixelAspect * std::min(dpi_x, dpi_y)) return;
  if (std::abs(ctm.b) > std::abs(ctm.a)) std::swap(dpi_x, dpi_y);  // placed sideways
  const auto [x0, x1] = std::minmax({ctm.e, ctm.e + ctm.a, ctm.e + ctm.c, ctm.e + ctm.a + ctm.c});
  const auto [y0, y1] = std::minmax({ctm.f, ctm.f + ctm.b, ctm.f + ctm.d, ctm.f + ctm.b + ctm.d});
  const double share = intersect({x0, y0, x1, y1}, page_).area() / page_.area();
  if (share > 0 && images.size() < 100000) images.push_back({share, dpi_x, dpi_y, visible_text});
}

}  // namespace ocrbatch::io
