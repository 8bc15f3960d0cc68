#include "recognizer/model_average.h"

#include <torch/torch.h>

#include "recognizer/model_folder.h"

namespace ocrbatch::recognizer {
namespace {

namespace json = boost::json;

// Adds a model's share to the sums; whole numbers (counts of batches) stay the first one's.
void add_share(const LineNetwork& network, double share, std::map<std::string, torch::Tensor>& sums) {
  for (const auto& [name, tensor] : named_state(network)) {
    torch::Tensor& sum = sums[name];
    if (!sum.defined())
      sum = tensor.is_floating_point() ? tensor.detach().to(torch::kDouble) * share : tensor.detach().clone();
    else if (tensor.is_floating_point())
      sum += tensor.detach().to(torch::kDouble) * share;
  }
}

}  // namespace

void average_models(const std::vector<std::filesystem::path>& models, const std::filesystem::path& out) {
  if (models.size() < 2) throw ModelError("an average takes two models or more");
  const ModelConfig config = describe_model(models.front()).config;
  const json::object wanted = to_json(config);
  std::map<std::string, torch::Tensor> sums;
  json::array sources;
  for (const std::filesystem::path& model : models) {
    const LoadedModel loaded = load_model(model);
    if (to_json(loaded.config) != wanted)
      throw ModelError(model.string() + ": has another network or alphabet than " + models.front().string());
    add_share(*loaded.network, 1.0 / static_cast<double>(models.size()), sums);
    sources.push_back(json::object{{"name", loaded.info.name}, {"sha256", loaded.info.sha256}});
  }
  const auto network = build_network(config);
  for (auto& [name, tensor] : sums)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat);
  load_state(*network, sums, out.string());
  save_model(out, config, named_state(*network), json::object{{"average_of", std::move(sources)}},
             json::object());
  carry_language_model(models.front(), out);
}

}  // namespace ocrbatch::recognizer
