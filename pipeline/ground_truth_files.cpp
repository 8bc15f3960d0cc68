#include "pipeline/ground_truth_files.h"

#include <algorithm>
#include <set>
#include <string>

#include "io/ground_truth.h"
#include "io/reader.h"

namespace ocrbatch::pipeline {
namespace {

namespace fs = std::filesystem;

// In order of preference, where a document has several.
constexpr std::string_view kTruthSuffixes[] = {".xml", ".hocr", ".lines.tsv"};
constexpr std::string_view kDocumentSuffixes[] = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp",
                                                  ".jp2", ".bmp", ".pgm",  ".pnm", ".gif",  ".pdf",
                                                  ".PNG", ".JPG", ".TIF",  ".PDF", ".JPEG", ".TIFF"};

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// The place of its suffix in the table, or the table's length.
std::size_t rank(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto* found = std::ranges::find_if(kTruthSuffixes, [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
  return static_cast<std::size_t>(found - std::begin(kTruthSuffixes));
}

fs::path document_of(const fs::path& truth) {
  const std::string name = truth.string();
  const std::string stem = name.substr(0, name.size() - kTruthSuffixes[rank(truth)].size());
  if (is_file(stem)) return stem;
  for (const std::string_view suffix : kDocumentSuffixes) {
    if (const fs::path document = stem + std::string(suffix); is_file(document)) return document;
  }
  const auto content = io::read_ground_truth(truth);
  if (!content || content.value().image.empty()) return {};
  const fs::path named = content.value().image, folder = truth.parent_path();
  for (const fs::path& document :
       {folder / named, folder.parent_path() / named, folder / named.filename(), named}) {
    if (is_file(document)) return document.lexically_normal();
  }
  return {};
}

}  // namespace

bool is_ground_truth(const fs::path& file) {
  return is_file(file) && rank(file) < std::size(kTruthSuffixes) && io::looks_like_ground_truth(file);
}

std::optional<fs::path> ground_truth_of(const fs::path& document) {
  for (const std::string_view suffix : kTruthSuffixes) {
    for (const fs::path& base : {document, fs::path(document).replace_extension()}) {
      const fs::path truth = base.string() + std::string(suffix);
      if (is_ground_truth(truth)) return truth;
    }
  }
  return std::nullopt;
}

GroundTruthFile with_document(const fs::path& truth) {
  return {truth, document_of(truth)};
}

std::vector<GroundTruthFile> find_ground_truth(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink)) {
    if (is_ground_truth(entry.path())) files.push_back(entry.path());
  }
  std::ranges::sort(files, [](const fs::path& a, const fs::path& b) {
    return std::pair(rank(a), a) < std::pair(rank(b), b);
  });
  std::vector<GroundTruthFile> found;
  std::set<fs::path> seen;
  for (const fs::path& file : files) {
    GroundTruthFile one = with_document(file);
    if (one.document.empty() || seen.insert(one.document).second) found.push_back(std::move(one));
  }
  std::ranges::sort(found, {}, &GroundTruthFile::truth);
  return found;
}

}  // namespace ocrbatch::pipeline
