// The table of architectures: a new one is a row here, a file in arch/ and a configuration.
#include "recognizer/architectures.h"

#include "recognizer/arch/cnn_bilstm_ctc.h"
#include "recognizer/arch/crnn_attention.h"
#include "recognizer/arch/crnn_ctc.h"
#include "recognizer/arch/mamba_ctc.h"
#include "recognizer/arch/resnet34_mamba_lora.h"
#include "recognizer/network.h"

namespace ocrbatch::recognizer {
namespace {

struct Architecture {
  const char* name;
  boost::json::object (*read_parameters)(StrictObject& model);
  std::shared_ptr<LineNetwork> (*build)(const ModelConfig& config);
};

// Parameters: a struct with read(StrictObject&), which takes and checks its keys, and to_json(), which writes
// all of them. Network: made of a ModelConfig and such a struct.
template <class Network, class Parameters>
constexpr Architecture architecture(const char* name) {
  return {name, [](StrictObject& model) { return Parameters::read(model).to_json(); },
          [](const ModelConfig& config) -> std::shared_ptr<LineNetwork> {
            StrictObject parameters(config.parameters, "model");
            return std::make_shared<Network>(config, Parameters::read(parameters));
          }};
}

constexpr Architecture kArchitectures[] = {
    architecture<MambaCtc, MambaCtcParameters>("mamba_ctc"),
    architecture<Resnet34MambaLora, Resnet34MambaLoraParameters>("resnet34_mamba_lora"),
    architecture<CnnBilstmCtc, CnnBilstmCtcParameters>("cnn_bilstm_ctc"),
    architecture<CrnnCtc, CrnnCtcParameters>("crnn_ctc"),
    architecture<CrnnAttention, CrnnAttentionParameters>("crnn_attention"),
};

const Architecture& find_architecture(const std::string& name) {
  std::string known;
  for (const Architecture& row : kArchitectures) {
    if (name == row.name) return row;
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  throw ConfigError("model.architecture \"" + name + "\" is unknown; there are: " + known);
}

}  // namespace

boost::json::object read_parameters(const std::string& architecture, StrictObject& model) {
  return find_architecture(architecture).read_parameters(model);
}

std::shared_ptr<LineNetwork> build_network(const ModelConfig& config) {
  return find_architecture(config.architecture).build(config);
}

}  // namespace ocrbatch::recognizer
