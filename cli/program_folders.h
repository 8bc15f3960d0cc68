// Folders that come with the program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ocrbatch::cli {

// Where `name` ("models", "configs") may lie: beside the program (a build folder links the source tree's
// there), then in ../share/ocrbatch (an installed one). They need not exist.
std::vector<std::filesystem::path> program_folders(const std::string& name);

// A file of configs/, for example "fine_tune.json". Throws recognizer::ConfigError that says where was
// looked.
std::filesystem::path find_config(const std::string& name);

// The program ocrbatch-worker: beside this one, or in ../libexec/ocrbatch. Throws recognizer::ConfigError
// that says where was looked.
std::filesystem::path find_worker_program();

}  // namespace ocrbatch::cli
