// From what the recognizer says about a prepared line to text, words and boxes on the page.
#pragma once

#include "io/document.h"
#include "kernels/line_preparation.h"
#include "recognizer/recognizer.h"

namespace ocrbatch::pipeline {

// Fills in text, words and confidences of `line`, whose box and baseline the layout has set.
//  - Words are split at white space; text is NFC; words are joined by one space.
//  - A word's box spans its characters' columns, widened as far as letters of this line usually reach around
//  the
//    middle of their columns (CTC finds a letter in its most telling columns only) but not past the middle of
//    a gap. Across the line it is the line's own band from ascent to descent. Turned lines get the upright
//    box around it.
//  - A word's confidence is calibrated from its evidence (recognizer/line_words.h). The line's is the mean of
//    its words' characters', as the network gives them: it tells print from dirt.
// `columns` is the width of the prepared line, `to_page` maps it to the page.
void set_line_text(io::Line& line, const recognizer::Hypothesis& hypothesis, int columns,
                   const cv::Matx23f& to_page, const kernels::LineGeometry& geometry, int page_width_px,
                   int page_height_px, const recognizer::ConfidenceCalibration& calibration = {});

}  // namespace ocrbatch::pipeline
