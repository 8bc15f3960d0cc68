#include "cli/commands.h"

namespace ocrbatch::cli {
namespace {

constexpr Command kCommands[] = {
    {"scan", "read documents, write their text: the main job", run_scan_command},
    {"bench", "measure how fast this machine reads your pages, stage by stage", run_bench_command},
    {"merge", "join the outputs of scan --shard", run_merge_command},
    {"train", "train or fine-tune a recognizer", run_train_command},
    {"eval", "measure a model on labelled lines", run_eval_command},
    {"synth", "make synthetic labelled lines", run_synth_command},
    {"ngram", "give a model a language model made from texts", run_ngram_command},
    {"models", "list, show and verify installed models", run_models_command},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

}  // namespace ocrbatch::cli
