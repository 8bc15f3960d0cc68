// The files of an output: itself, and those that lie beside it.
#pragma once

#include <filesystem>
#include <vector>

namespace ocrbatch::pipeline {

struct OutputPaths {
  std::vector<std::filesystem::path> all() const {
    return {output, journal, next, lock, state, state.string() + "-journal", state.string() + ".corrupt"};
  }

  std::filesystem::path output;   // what links lead to
  std::filesystem::path journal;  // OUTPUT.partial: finished records of a run that has not ended
  std::filesystem::path next;     // OUTPUT.new: the coming output, until it is renamed
  std::filesystem::path lock;     // OUTPUT.lock
  std::filesystem::path state;    // OUTPUT.state, unless another place was asked for
};

// `state` may be empty. Throws io::OutputError where `output` is a folder, is write-protected, or has no
// folder to lie in.
OutputPaths output_paths(const std::filesystem::path& output, const std::filesystem::path& state);

// Whether a state can be kept for it: a regular file, or nothing yet. Devices and pipes only take what comes.
bool can_have_state(const std::filesystem::path& output);

// Puts what a folder says about its files on disk: names, renames, removals. Throws io::OutputError.
void sync_folder(const std::filesystem::path& file_in_it);

}  // namespace ocrbatch::pipeline
