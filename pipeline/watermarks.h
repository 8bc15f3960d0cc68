// What libraries stamp on their scans: "Digitized by ..." in the lower margin of millions of pages.
#pragma once

#include "io/document.h"

namespace ocrbatch::pipeline {

// Puts the lines of such a stamp into a block of their own, of the type io::kWatermark, behind all others. It
// is no part of what the page says.
void set_watermarks_apart(io::Page& page);

}  // namespace ocrbatch::pipeline
