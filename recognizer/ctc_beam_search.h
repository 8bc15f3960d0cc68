// Prefix beam search for CTC (Graves 2012; Hannun et al., arXiv 1408.2873). Greedy decoding takes the
// likeliest path; this adds up all the paths that spell the same text, as far as the beam holds them, and
// lets a language model have its say.
#pragma once

#include <vector>

#include "recognizer/beam_agreement.h"
#include "recognizer/decoding.h"
#include "recognizer/language/text_scorer.h"

namespace ocrbatch::recognizer {

// One for a batch: its memory serves line after line.
class CtcBeamSearch {
 public:
  explicit CtcBeamSearch(const Decoding& decoding) : decoding_(decoding), scorer_(decoding) {}

  // log_probabilities: (frames, classes) row by row, class 0 the blank. Returns the best labels. Of equals
  // the one wins whose prefix was found first; labels are tried in their order.
  std::vector<int> best_labels(const float* log_probabilities, int frames, int classes);
  // All that the beam holds in the end, best first and none twice.
  std::vector<BeamReading> readings(const float* log_probabilities, int frames, int classes);

 private:
  // A prefix of some hypothesis: its last label behind its parent's.
  struct Node {
    int parent = -1, label = 0;
    int first_child = -1, next_sibling = -1;
    int place = -1;  // in candidates_, while it stands there
    ScoredText text;
  };
  // The prefix's log probability over all its paths so far, by how they end.
  struct Entry {
    int node = 0;
    float in_blank = 0, in_label = 0;
  };
  // What may stand in the next beam. A new prefix gets its node when it has won its place.
  struct Candidate {
    float score = 0;
    int order = 0;
    Entry entry;  // node -1: `label` behind `parent`
    int parent = -1, label = 0;
    ScoredText text;
  };
  struct LabelAt {
    int label = 0;
    float log_probability = 0;
  };

  void start();
  void stay_blank(float log_probability);
  void collect_labels(const float* row, int classes);
  void keep_prefixes(const float* row);
  void extend_prefixes();
  void select();
  int child_of(int node, int label) const;
  int add_node(int parent, int label, const ScoredText& text);
  std::vector<int> labels_of(int node) const;

  Decoding decoding_;
  TextScorer scorer_;
  std::vector<Node> nodes_;
  std::vector<Entry> beam_;  // best first
  std::vector<Candidate> candidates_;
  std::vector<int> likely_;  // classes of a frame, the blank among them
  std::vector<LabelAt> labels_;
  float floor_ = 0;  // candidates below it have no chance
};

}  // namespace ocrbatch::recognizer
