// Which file holds the ground truth of which document.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace ocrbatch::pipeline {

struct GroundTruthFile {
  std::filesystem::path truth, document;  // one of them is empty where it was not found
};

// By name and content.
bool is_ground_truth(const std::filesystem::path& file);

// The ground truth that lies beside a document a.png: a.xml or a.png.xml (PAGE or ALTO), a.hocr or a.png.hocr
// (as `scan --hocr` names it), a.lines.tsv or a.png.lines.tsv; the first of them that exists.
std::optional<std::filesystem::path> ground_truth_of(const std::filesystem::path& document);

// All ground truth below a folder, one file a document, sorted by name. A document that does not lie beside
// its truth is looked for by the name that the truth gives it: in the truth's folder, in the folder above,
// and as it is written. XML files of other kinds are passed over.
std::vector<GroundTruthFile> find_ground_truth(const std::filesystem::path& folder);

// The same for a single file that is_ground_truth().
GroundTruthFile with_document(const std::filesystem::path& truth);

}  // namespace ocrbatch::pipeline
