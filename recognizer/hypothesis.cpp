#include "recognizer/hypothesis.h"

#include "recognizer/full_width_marks.h"
#include "recognizer/quotation_marks.h"

namespace ocrbatch::recognizer {

Hypothesis to_hypothesis(const std::vector<ReadLabel>& labels, const Alphabet& alphabet, int line_height_px) {
  Hypothesis hypothesis;
  for (const ReadLabel& label : labels) {
    hypothesis.characters.push_back(
        {alphabet.text(label.label), label.x0_px, label.x1_px, label.confidence, label.agreement});
  }
  join_quotation_marks(hypothesis.characters, line_height_px, alphabet);
  widen_commas(hypothesis.characters, alphabet);
  return hypothesis;
}

std::string Hypothesis::text() const {
  std::string out;
  for (const Character& character : characters) out += character.text;
  return out;
}

double Hypothesis::probability() const {
  double product = 1;
  for (const Character& character : characters) product *= character.confidence;
  return product;
}

}  // namespace ocrbatch::recognizer
