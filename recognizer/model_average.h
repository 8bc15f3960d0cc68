// One model out of several that were trained on from the same one.
#pragma once

#include <filesystem>
#include <vector>

namespace ocrbatch::recognizer {

// Writes `out`: the models' weights and statistics averaged, name by name. Of models that were trained on
// from one common start, the average reads better than each of them as a rule (Wortsman et al., "Model
// soups", arXiv 2203.05482); of others it reads nothing. The first one's language model goes along;
// model.json says what was averaged. Throws ModelError for fewer than two models, and for networks or
// alphabets that differ.
void average_models(const std::vector<std::filesystem::path>& models, const std::filesystem::path& out);

}  // namespace ocrbatch::recognizer
