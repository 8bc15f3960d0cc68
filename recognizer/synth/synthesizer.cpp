#include "recognizer/synth/synthesizer.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "recognizer/synth/corpus.h"
#include "recognizer/synth/degrader.h"
#include "recognizer/synth/font_library.h"
#include "recognizer/synth/page_maker.h"
#include "recognizer/synth/synth_config.h"
#include "recognizer/synth/text_maker.h"
#include "recognizer/synth/typesetter.h"

namespace ocrbatch::recognizer {
namespace {

// Typesetters are costly to warm up and serve one thread at a time; as many exist as threads ever met.
class TypesetterPool {
 public:
  class Lease {
   public:
    explicit Lease(TypesetterPool& pool) : pool_(pool), typesetter_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(typesetter_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Typesetter& operator*() const { return *typesetter_; }

   private:
    TypesetterPool& pool_;
    std::unique_ptr<Typesetter> typesetter_;
  };

 private:
  std::unique_ptr<Typesetter> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Typesetter> typesetter = std::move(idle_.back());
        idle_.pop_back();
        return typesetter;
      }
    }
    return std::make_unique<Typesetter>();
  }
  void give_back(std::unique_ptr<Typesetter> typesetter) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(typesetter));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Typesetter>> idle_;
};

// The line as a layout analysis that errs a little would describe it.
kernels::LineGeometry with_errors(const PagePatch& patch, const CropStyle& crop, Random& random) {
  kernels::LineGeometry line = random.chance(crop.ink_extents) ? patch.ink_box : patch.font_box;
  const auto u = static_cast<float>(patch.x_height_px);
  if (const auto factor = static_cast<float>(crop.oversize.draw(random)); factor > 0) {
    line.ascent_px *= factor;
    line.descent_px *= factor;
  }
  const float body = line.ascent_px + line.descent_px;
  const auto normal = [&](double deviation) { return static_cast<float>(random.normal() * deviation); };
  line.ascent_px = std::max(0.7F * line.ascent_px, line.ascent_px + body * normal(crop.ascent_error));
  line.descent_px = std::max(0.0F, line.descent_px + body * normal(crop.descent_error));
  const float shift = u * normal(crop.baseline_error_share);
  line.baseline_start.y += shift + u * normal(crop.slope_error_share);
  line.baseline_end.y += shift + u * normal(crop.slope_error_share);
  // The ends are found from the ink, so a cut too short is rarer than one too long.
  line.baseline_start.x -= std::max(-0.1F * u, u * normal(crop.end_error_share));
  line.baseline_end.x += std::max(-0.1F * u, u * normal(crop.end_error_share));
  line.baseline_end.x = std::max(line.baseline_end.x, line.baseline_start.x + 1);
  line.x_height_px = random.chance(0.2) ? 0 : u * (1 + normal(0.07));
  return line;
}

// One run, or three of which the middle one has some whole words in `other` or in another size.
std::vector<TextRun> split_into_runs(const std::u32string& text, const Font& font, const Font* other,
                                     double size, Random& random) {
  const TextRun whole{text, &font, 1};
  if (other == nullptr && size == 1) return {whole};
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i - 1] == U' ') starts.push_back(i);
  if (starts.size() < 2) return {whole};
  const std::size_t first = random.below(starts.size());
  const std::size_t last =
      std::min(starts.size(), first + 1 + random.below(random.chance(0.5) ? 3 : starts.size()));
  const std::size_t begin = starts[first], end = last == starts.size() ? text.size() : starts[last];
  std::vector<TextRun> runs;
  if (begin > 0) runs.push_back({text.substr(0, begin), &font, 1});
  runs.push_back({text.substr(begin, end - begin), other != nullptr ? other : &font, size});
  if (end < text.size()) runs.push_back({text.substr(end), &font, 1});
  return runs;
}

class Synthesizer : public LineSource {
 public:
  Synthesizer(SynthConfig config, const SynthOptions& options)
      : config_(std::move(config)),
        seed_(options.seed),
        preparation_(options.line_preparation),
        labels_(options.alphabet),
        corpus_(options.text.empty() ? config_.text.paths : options.text, config_.text),
        text_maker_(corpus_, labels_, config_.text),
        fonts_(config_.fonts, options.fonts, labels_.labels()) {
    for (const DocumentStyle& document : config_.documents) document_weights_.push_back(document.weight);
  }

  std::optional<std::uint64_t> size() const override { return std::nullopt; }

  LabeledLine get(std::uint64_t index) const override {
    Random random(seed_, index);
    const TypesetterPool::Lease typesetter(typesetters_);
    // A text that no font shows in full, or a degenerate cut, costs another draw.
    constexpr int kAttempts = 40;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      LabeledLine line;
      if (make_line(random, *typesetter, line)) {
        line.name = "synth-" + std::to_string(seed_) + "-" + std::to_string(index);
        return line;
      }
    }
    throw std::runtime_error("no installed font shows the texts of this recipe in the given alphabet");
  }

 private:
  bool make_line(Random& random, Typesetter& typesetter, LabeledLine& line) const {
    const DocumentStyle& style = config_.documents[random.pick_weighted(document_weights_)];
    LineText text = text_maker_.make(random, style);
    std::vector<int> labels;
    if (text.text.empty() || !labels_.split(text.text, labels)) return false;
    const bool bold = random.chance(style.bold), italic = random.chance(style.italic);
    const Font* font = fonts_.pick(style.fonts, bold, italic, labels, random);
    if (font == nullptr) return false;
    if (!font->covers(labels)) {
      std::erase_if(labels, [&](int label) { return !font->covers(label); });
      text.text = labels_.tidy(labels_.join(labels));
      if (text.text.empty() || !labels_.split(text.text, labels) || !font->covers(labels)) return false;
    }
    const Font* other = random.chance(style.emphasis) ? fonts_.sibling(*font, labels, random) : nullptr;
    const double size = style.small_words.draw(random);
    const PageText page_text{split_into_runs(text.text, *font, other, size > 0 ? size : 1, random),
                             text.above, text.below, font};
    const PagePatch patch = make_page(page_text, style, typesetter, random);
    if (patch.ink.empty()) return false;
    const cv::Mat page = degrader_.degrade(patch.ink, patch.x_height_px, style, random);
    kernels::LinePreparation preparation = preparation_;
    if (random.chance(config_.crop.unsuppressed)) preparation.suppress_neighbours = false;
    line.pixels = kernels::prepare_line(page, with_errors(patch, config_.crop, random), preparation).pixels;
    line.text = to_utf8(text.text);
    return !line.pixels.empty();
  }

  SynthConfig config_;
  std::uint64_t seed_;
  kernels::LinePreparation preparation_;
  LabelSet labels_;
  Corpus corpus_;
  TextMaker text_maker_;
  FontLibrary fonts_;
  Degrader degrader_;
  std::vector<double> document_weights_;
  mutable TypesetterPool typesetters_;
};

}  // namespace

std::unique_ptr<LineSource> make_synthesizer(const SynthOptions& options) {
  if (options.alphabet.empty()) throw std::runtime_error("synthetic lines need an alphabet");
  return std::make_unique<Synthesizer>(load_synth_config(options.config), options);
}

}  // namespace ocrbatch::recognizer
