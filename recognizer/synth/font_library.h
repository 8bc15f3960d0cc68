// The fonts that are installed, which labels each can show, and how tall its letters are.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "recognizer/synth/synth_config.h"

typedef struct hb_blob_t hb_blob_t;

namespace ocrbatch::recognizer {

// One face of a font file. Heights are in units of the em, upwards from the baseline.
struct Font {
  std::string path, family, style;
  int face_index = 0;
  int family_id = 0;
  bool bold = false, italic = false;
  float x_height = 0;                   // top of "x"
  float ascent = 0;                     // top of the tallest of "d" and "H"
  float descent = 0;                    // how far "p" hangs below the baseline, positive
  std::shared_ptr<hb_blob_t> data;      // the file, mapped
  std::vector<std::uint64_t> coverage;  // a bit a label

  bool covers(int label) const { return (coverage[label / 64] >> (label % 64) & 1) != 0; }
  bool covers(const std::vector<int>& labels) const {
    for (const int label : labels)
      if (!covers(label)) return false;
    return true;
  }
  bool covers_most(const std::vector<int>& labels) const;
};

class FontLibrary {
 public:
  // Finds the system's fonts and those below `folders`. Throws std::runtime_error when no usable font is
  // left.
  FontLibrary(const FontStyle& style, const std::vector<std::filesystem::path>& folders,
              const std::vector<std::u32string>& labels);

  // A font of a class drawn by `classes` that shows every one of `labels` (bold or italic where the family
  // has it), else any font that does; nullptr when there is none. One of an incomplete class shows most of
  // them.
  const Font* pick(const Weights& classes, bool bold, bool italic, const std::vector<int>& labels,
                   Random& random) const;

  // Another face of `font`'s family that shows all of `labels`; nullptr when there is none.
  const Font* sibling(const Font& font, const std::vector<int>& labels, Random& random) const;

  const std::vector<Font>& fonts() const { return fonts_; }
  std::size_t families() const { return families_.size(); }

 private:
  struct Family {
    std::vector<int> fonts;  // indices
  };
  struct Class {
    std::vector<int> families;  // indices
    bool incomplete = false;
  };
  template <class Shows>
  const Font* pick_face(const Family& family, bool bold, bool italic, const Shows& shows,
                        Random& random) const;

  std::vector<Font> fonts_;
  std::vector<Family> families_;
  std::map<std::string, Class> classes_;
};

}  // namespace ocrbatch::recognizer
