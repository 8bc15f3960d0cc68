// --cache: which files stand behind the lines, and when they are stored anew.
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <sstream>

#include "cli/data_check.h"
#include "cli/version.h"
#include "io/writer.h"
#include "recognizer/train/line_cache.h"

namespace ocrbatch::cli {
namespace {

// Everything that prepared lines depend on, as a text.
std::string key_of(const std::vector<LineData*>& sets, const kernels::LinePreparation& preparation) {
  std::ostringstream key;
  key << program_version() << '\n'
      << preparation.height_px << ' ' << preparation.max_width_px << ' ' << preparation.vertical_margin << ' '
      << preparation.horizontal_margin << ' ' << preparation.suppress_neighbours << '\n';
  for (const LineData* set : sets) {
    key << set->spec << '\n';
    for (const std::filesystem::path& file : set->files) {
      struct stat status {};
      key << file.string() << '\0';
      if (::stat(file.c_str(), &status) == 0)
        key << status.st_size << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec;
      key << '\n';
    }
  }
  return key.str();
}

}  // namespace

void cache_lines(std::vector<LineData>& train, std::vector<LineData>& validation,
                 const kernels::LinePreparation& preparation, const std::string& file,
                 const DataCheckOptions& options) try {
  std::vector<LineData*> sets;
  std::vector<const recognizer::LineSource*> sources;
  for (auto* group : {&train, &validation}) {
    for (LineData& set : *group) {
      if (!set.lines->size()) continue;
      sets.push_back(&set);
      sources.push_back(set.lines.get());
    }
  }
  if (sets.empty()) {
    spdlog::warn("--cache {}: synthetic lines are not stored, and there are no others", file);
    return;
  }
  const std::string key = key_of(sets, preparation);
  std::string why;
  auto cache = recognizer::LineCache::open(file, key, why);
  if (!cache) {
    if (why.empty())
      spdlog::info("{}: storing the prepared lines", file);
    else
      spdlog::warn("{}: {}; storing the prepared lines anew", file, why);
    if (!recognizer::write_line_cache(file, key, sources, options.threads, options.should_stop)) return;
    cache = recognizer::LineCache::open(file, key, why);
    if (!cache) throw io::OutputError(file + ": " + why + " right after it was written");
  } else {
    spdlog::info("{}: the prepared lines are taken from there", file);
  }
  for (std::size_t i = 0; i < sets.size(); ++i) sets[i]->lines = recognizer::cached_lines(cache, i);
} catch (const recognizer::LineCacheError& error) {
  throw io::OutputError(error.what());
}

}  // namespace ocrbatch::cli
