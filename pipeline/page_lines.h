// Lines of text cut out of pages with ground truth, for training and measuring.
#pragma once

#include <memory>
#include <vector>

#include "kernels/line_preparation.h"
#include "pipeline/ground_truth_files.h"
#include "recognizer/train/line_source.h"

namespace ocrbatch::pipeline {

// The lines of all pages, in the order of the files. Reads the ground truth at once and the documents when
// their lines are asked for; all lines of a page are cut together and kept as long as `cache_bytes` allow,
// those used last first. Needs io::initialize_readers().
//
// Nothing is passed over: get() throws std::runtime_error that says why for the lines of a document that
// cannot be read and for a line that cannot be cut; ground truth that cannot be read counts as one such line.
std::unique_ptr<recognizer::LineSource> open_page_lines(const std::vector<GroundTruthFile>& files,
                                                        const kernels::LinePreparation& preparation,
                                                        std::size_t cache_bytes = std::size_t{512} << 20);

}  // namespace ocrbatch::pipeline
