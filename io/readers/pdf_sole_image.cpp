#include "io/readers/pdf_sole_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <qpdf/BufferInputSource.hh>
#include <qpdf/QPDFTokenizer.hh>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ocrbatch::io {
namespace {

constexpr double kLeastShare = 0.95;      // of the page that the image covers
constexpr double kCoveringShare = 0.995;  // what lies under such an image cannot be seen
constexpr double kSlackPt = 0.5;          // by which a clip may cut the image's edge: a pixel or two
constexpr double kMaxSlant = 1e-3;        // of an image that counts as upright
constexpr int kMaxFormDepth = 4;

enum class Operator {
  kUnknown,
  kHarmless,  // sets what no image depends on
  kSave,
  kRestore,
  kMatrix,
  kGraphicsState,
  kObject,
  kMarkedContent,
  kTextMode,
  kShowText,
  kPathRectangle,
  kPathOther,
  kPaint,
  kClip,
  kEndPath,
  kBlackOrNot,  // a fill colour in gray or RGB
  kOtherColour,
};

Operator operator_of(std::string_view word) {
  static const std::unordered_map<std::string_view, Operator> kTable = [] {
    std::unordered_map<std::string_view, Operator> table;
    const auto add = [&](Operator kind, std::initializer_list<std::string_view> words) {
      for (const std::string_view w : words) table.emplace(w, kind);
    };
    add(Operator::kHarmless,
        {"w",  "J",  "j",  "M",  "d",  "ri", "i",  "BMC", "EMC", "MP", "DP", "BT", "ET", "Tc", "Tw", "Tz",
         "TL", "Tf", "Ts", "Td", "TD", "Tm", "T*", "BX",  "EX",  "G",  "RG", "K",  "CS", "SC", "SCN"});
    add(Operator::kSave, {"q"});
    add(Operator::kRestore, {"Q"});
    add(Operator::kMatrix, {"cm"});
    add(Operator::kGraphicsState, {"gs"});
    add(Operator::kObject, {"Do"});
    add(Operator::kMarkedContent, {"BDC"});
    add(Operator::kTextMode, {"Tr"});
    add(Operator::kShowText, {"Tj", "TJ", "'", "\""});
    add(Operator::kPathRectangle, {"re"});
    add(Operator::kPathOther, {"m", "l", "c", "v", "y", "h"});
    add(Operator::kPaint, {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh"});
    add(Operator::kClip, {"W", "W*"});
    add(Operator::kEndPath, {"n"});
    add(Operator::kBlackOrNot, {"g", "rg"});
    add(Operator::kOtherColour, {"k", "cs", "sc", "scn"});
    return table;
  }();
  const auto found = kTable.find(word);
  return found == kTable.end() ? Operator::kUnknown : found->second;
}

bool axis_aligned(const Matrix& m) {
  const double size = std::max({std::abs(m.a), std::abs(m.b), std::abs(m.c), std::abs(m.d)});
  const bool straight = std::abs(m.b) <= kMaxSlant * size && std::abs(m.c) <= kMaxSlant * size;
  const bool sideways = std::abs(m.a) <= kMaxSlant * size && std::abs(m.d) <= kMaxSlant * size;
  return size > 0 && (straight || sideways);
}

// The box around a rectangle after the transformation.
Rect transformed(const Rect& r, const Matrix& m) {
  const auto x = [&](double u, double v) { return m.a * u + m.c * v + m.e; };
  const auto y = [&](double u, double v) { return m.b * u + m.d * v + m.f; };
  const auto [x0, x1] = std::minmax({x(r.x0, r.y0), x(r.x1, r.y0), x(r.x0, r.y1), x(r.x1, r.y1)});
  const auto [y0, y1] = std::minmax({y(r.x0, r.y0), y(r.x1, r.y0), y(r.x0, r.y1), y(r.x1, r.y1)});
  return {x0, y0, x1, y1};
}

bool contains(const Rect& outer, const Rect& inner) {
  return outer.x0 <= inner.x0 + kSlackPt && outer.y0 <= inner.y0 + kSlackPt &&
         outer.x1 >= inner.x1 - kSlackPt && outer.y1 >= inner.y1 - kSlackPt;
}

bool is_number(QPDFObjectHandle value, double wanted) {
  return value.isNumber() && std::abs(value.getNumericValue() - wanted) < 1e-6;
}

// Whether a graphics state leaves images as they are.
bool is_plain_state(QPDFObjectHandle resources, const std::string& name) {
  if (!resources.isDictionary()) return false;
  QPDFObjectHandle states = resources.getKey("/ExtGState");
  if (!states.isDictionary()) return false;
  QPDFObjectHandle state = states.getKey(name);
  if (!state.isDictionary()) return false;
  static constexpr std::array<std::string_view, 16> kHarmless = {"/Type", "/LW", "/LC", "/LJ",  "/ML", "/D",
                                                                 "/RI",   "/OP", "/op", "/OPM", "/SA", "/AIS",
                                                                 "/TK",   "/FL", "/SM", "/Font"};
  for (const std::string& key : state.getKeys()) {
    QPDFObjectHandle value = state.getKey(key);
    const bool plain =
        (key == "/BM" && (value.isNameAndEquals("/Normal") || value.isNameAndEquals("/Compatible"))) ||
        ((key == "/ca" || key == "/CA") && is_number(value, 1)) ||
        (key == "/SMask" && value.isNameAndEquals("/None")) ||
        std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end();
    if (!plain) return false;
  }
  return true;
}

class SoleImageFinder {
 public:
  explicit SoleImageFinder(const Rect& page) : page_(page) {}

  // What content finds set; a form begins with what it is drawn in.
  struct State {
    Matrix ctm;
    Rect clip;
    bool text_visible = true;
    bool black = true;  // the fill colour
  };

  // False as soon as the page is known to show something else.
  bool run(const std::string& content, QPDFObjectHandle resources, State state, int depth);

  std::optional<SoleImage> image;

 private:
  bool paint() {
    painted_before_ = true;
    return !image;
  }
  bool draw(const std::string& name, QPDFObjectHandle resources, const State& state, int depth);
  bool place(QPDFObjectHandle stream, const State& state);

  Rect page_;
  bool painted_before_ = false;
};

bool SoleImageFinder::run(const std::string& content, QPDFObjectHandle resources, State state, int depth) {
  const std::shared_ptr<InputSource> input = std::make_shared<BufferInputSource>("content", content);
  QPDFTokenizer tokenizer;
  tokenizer.allowEOF();
  std::vector<State> saved;
  std::vector<double> numbers;
  std::string name, first_name;
  std::optional<Rect> path;  // the rectangle that the path consists of so far
  bool other_path = false, clipping = false;
  for (;;) {
    const QPDFTokenizer::Token token = tokenizer.readToken(input, "content", /*allow_bad=*/true);
    switch (token.getType()) {
      case QPDFTokenizer::tt_eof:
        return true;
      case QPDFTokenizer::tt_bad:
        return false;
      case QPDFTokenizer::tt_integer:
      case QPDFTokenizer::tt_real:
        if (numbers.size() < 64) numbers.push_back(number_value(token.getValue()));
        continue;
      case QPDFTokenizer::tt_name:
        if (first_name.empty()) first_name = token.getValue();
        name = token.getValue();
        continue;
      case QPDFTokenizer::tt_word:
        break;
      default:
        continue;
    }
    switch (operator_of(token.getValue())) {
      case Operator::kHarmless:
        break;
      case Operator::kSave:
        if (saved.size() > 1000) return false;
        saved.push_back(state);
        break;
      case Operator::kRestore:
        if (saved.empty()) return false;
        state = saved.back();
        saved.pop_back();
        break;
      case Operator::kMatrix: {
        if (numbers.size() != 6) return false;
        const double* n = numbers.data();
        state.ctm = concat({n[0], n[1], n[2], n[3], n[4], n[5]}, state.ctm);
        break;
      }
      case Operator::kGraphicsState:
        if (!is_plain_state(resources, name)) return false;
        break;
      case Operator::kObject:
        if (!draw(name, resources, state, depth)) return false;
        break;
      case Operator::kMarkedContent:
        if (first_name == "/OC") return false;  // a layer that may be switched off
        break;
      case Operator::kTextMode:
        if (numbers.size() != 1 || numbers[0] > 3) return false;  // text as a clip
        state.text_visible = numbers[0] != 3;
        break;
      case Operator::kShowText:
        if (state.text_visible && !paint()) return false;
        break;
      case Operator::kPathRectangle:
        if (numbers.size() != 4) return false;
        if (path) other_path = true;
        path = Rect{numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
        break;
      case Operator::kPathOther:
        other_path = true;
        break;
      case Operator::kClip:
        clipping = true;
        break;
      case Operator::kPaint:
        if (clipping || !paint()) return false;
        path.reset();
        other_path = false;
        break;
      case Operator::kEndPath:
        if (clipping) {
          if (other_path || !path || !axis_aligned(state.ctm)) return false;
          state.clip = intersect(state.clip, transformed(*path, state.ctm));
        }
        path.reset();
        other_path = clipping = false;
        break;
      case Operator::kBlackOrNot:
        state.black = std::all_of(numbers.begin(), numbers.end(), [](double n) { return n == 0; });
        break;
      case Operator::kOtherColour:
        state.black = false;
        break;
      case Operator::kUnknown:
        return false;
    }
    numbers.clear();
    first_name.clear();
  }
}

bool SoleImageFinder::draw(const std::string& name, QPDFObjectHandle resources, const State& state,
                           int depth) {
  if (!resources.isDictionary()) return false;
  QPDFObjectHandle objects = resources.getKey("/XObject");
  if (!objects.isDictionary()) return false;
  QPDFObjectHandle object = objects.getKey(name);
  if (!object.isStream()) return false;
  QPDFObjectHandle dictionary = object.getDict();
  if (dictionary.hasKey("/OC")) return false;
  if (dictionary.getKey("/Subtype").isNameAndEquals("/Image")) return place(object, state);
  if (!dictionary.getKey("/Subtype").isNameAndEquals("/Form") || depth >= kMaxFormDepth) return false;
  State inner = state;
  QPDFObjectHandle matrix = dictionary.getKey("/Matrix");
  if (matrix.isMatrix()) {
    const QPDFObjectHandle::Matrix m = matrix.getArrayAsMatrix();
    inner.ctm = concat({m.a, m.b, m.c, m.d, m.e, m.f}, state.ctm);
  }
  QPDFObjectHandle box = dictionary.getKey("/BBox");
  if (!box.isRectangle() || !axis_aligned(inner.ctm)) return false;
  const QPDFObjectHandle::Rectangle b = box.getArrayAsRectangle();
  inner.clip = intersect(state.clip, transformed({b.llx, b.lly, b.urx, b.ury}, inner.ctm));
  QPDFObjectHandle own = dictionary.getKey("/Resources");
  std::string content;
  return append_stream(object, &content) &&
         run(content, own.isDictionary() ? own : resources, inner, depth + 1);
}

bool SoleImageFinder::place(QPDFObjectHandle stream, const State& state) {
  if (image || !axis_aligned(state.ctm)) return false;
  const SoleImage found{stream, state.ctm};
  const Rect shown = intersect(found.bounds(), page_);
  const double share = shown.area() / page_.area();
  if (share < kLeastShare || !contains(state.clip, shown)) return false;
  // A mask is paper where it does not paint.
  QPDFObjectHandle mask = stream.getDict().getKey("/ImageMask");
  const bool is_mask = mask.isBool() && mask.getBoolValue();
  if (is_mask && (!state.black || painted_before_)) return false;
  if (painted_before_ && share < kCoveringShare) return false;
  image = found;
  return true;
}

// Whether something may be drawn on the page besides its content: notes, stamps, form fields.
bool has_visible_annotations(QPDFObjectHandle page) {
  QPDFObjectHandle annotations = page.getKey("/Annots");
  if (annotations.isNull()) return false;
  if (!annotations.isArray()) return true;
  constexpr int kHidden = 2, kNoView = 32;
  for (int i = 0, n = annotations.getArrayNItems(); i < n; ++i) {
    QPDFObjectHandle annotation = annotations.getArrayItem(i);
    if (!annotation.isDictionary()) continue;
    if ((integer(annotation, "/F") & (kHidden | kNoView)) != 0) continue;
    QPDFObjectHandle kind = annotation.getKey("/Subtype");
    if (kind.isNameAndEquals("/Popup")) continue;
    QPDFObjectHandle border = annotation.getKey("/Border");
    const bool no_border =
        border.isArray() && border.getArrayNItems() >= 3 && is_number(border.getArrayItem(2), 0);
    if (kind.isNameAndEquals("/Link") && no_border && !annotation.hasKey("/AP")) continue;
    return true;
  }
  return false;
}

}  // namespace

Rect SoleImage::bounds() const {
  return transformed({0, 0, 1, 1}, placement);
}

std::optional<SoleImage> find_sole_image(const PdfPage& page) {
  const Rect box = page.box();
  QPDFObjectHandle dictionary = page.page;
  if (!(box.area() > 0) || dictionary.hasKey("/UserUnit") || has_visible_annotations(dictionary))
    return std::nullopt;
  SoleImageFinder finder(box);
  if (!finder.run(page.content(), page.resources, {{}, box}, 0)) return std::nullopt;
  return finder.image;
}

}  // namespace ocrbatch::io
