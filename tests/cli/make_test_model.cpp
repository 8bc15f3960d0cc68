// make_test_model FOLDER: writes a model with random weights (always the same ones), and others to
// FOLDER-unsure and FOLDER-han. They read nonsense, which is all that tests of options, statuses and output
// formats need; and need no training.
#include <torch/torch.h>

#include <cstdio>

#include "recognizer/model_folder.h"

int main(int argc, char** argv) {
  using namespace ocrbatch::recognizer;
  if (argc != 2) return 2;
  torch::manual_seed(1);
  ModelConfig config;
  config.img_height = 16;
  config.parameters = {{"cnn_channels", {8, 8, 16}},
                       {"cnn_blocks", {0, 0, 1}},
                       {"mamba_d_model", 16},
                       {"mamba_layers", 1},
                       {"d_state", 4}};
  std::vector<std::string> letters;
  for (const char* letter : {" ", "a", "b", "c", "d", "e", "é", "ß", "<", "&", "\""})
    letters.emplace_back(letter);
  config.alphabet = Alphabet(std::move(letters));
  const auto network = build_network(config);
  network->eval();
  const boost::json::object measured{{"validation_cer", 0.875}};
  // As it comes, where beam search and n-grams are to change what is read.
  save_model(std::string(argv[1]) + "-unsure", config, named_state(*network), {}, measured);
  // Sure of its nonsense, so that scan leaves no line out as doubtful.
  const torch::NoGradGuard no_grad;
  const auto make_surer = [&] {
    for (const char* name : {"head.weight", "head.bias"}) network->named_parameters()[name].mul_(8);
  };
  make_surer();
  save_model(argv[1], config, named_state(*network), {}, measured);
  // Surer still, and of letters that the others have not.
  make_surer();
  config.alphabet = Alphabet({" ", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"});
  save_model(std::string(argv[1]) + "-han", config, named_state(*network), {}, measured);
  return 0;
}
