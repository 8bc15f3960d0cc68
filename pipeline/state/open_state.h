// The state of an output as a run finds it: opened, healed after whatever ended the last run, or made anew.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/state/output_paths.h"
#include "pipeline/state/state_file.h"

namespace ocrbatch::pipeline {

struct StateNote {
  bool is_warning = false;
  std::string text;
};

// What it had to do beyond opening goes to `notes`. `look_only`: makes no file where there is none, moves
// none aside. Throws LockedError when another process has the state, else io::OutputError.
std::unique_ptr<StateFile> open_state(const OutputPaths& paths, bool look_only,
                                      std::vector<StateNote>& notes);

}  // namespace ocrbatch::pipeline
