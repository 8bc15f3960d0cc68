// The table of architectures: a new one is a row here, a file in arch/ and a configuration.
#include "recognizer/arch/mamba_ctc.h"
#include "recognizer/network.h"
#include "recognizer/strict_json.h"

namespace ocrbatch::recognizer {
namespace {

struct Architecture {
  const char* name;
  std::shared_ptr<CtcNetwork> (*build)(const ModelConfig&);
};

constexpr Architecture kArchitectures[] = {
    {"mamba_ctc",
     [](const ModelConfig& config) -> std::shared_ptr<CtcNetwork> {
       return std::make_shared<MambaCtc>(config);
     }},
};

}  // namespace

std::shared_ptr<CtcNetwork> build_network(const ModelConfig& config) {
  std::string known;
  for (const Architecture& row : kArchitectures) {
    if (config.architecture == row.name) return row.build(config);
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  throw ConfigError("model.architecture \"" + config.architecture + "\" is unknown; there are: " + known);
}

}  // namespace ocrbatch::recognizer
