// Pixels of a PDF's image as they are stored, without a renderer.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <qpdf/QPDFObjectHandle.hh>

namespace ocrbatch::io {

// Gray of an image XObject in one of the ways scanners store pages: baseline or progressive JPEG (DCTDecode),
// JPEG 2000 (JPXDecode), Group 4 fax (CCITTFaxDecode), JBIG2 (JBIG2Decode), or rows of samples, compressed or
// not (FlateDecode, LZWDecode, RunLengthDecode). CV_8UC1, in the order of rows in the file; an image mask is
// ink 0 on paper 255. Each side is divided by `reduction` (1, 2, 4 or 8) and rounded up.
//
// Nothing where the image has masks, colours other than gray, RGB and palettes of these, or another storage,
// where it is damaged, and where its header is at odds with its dictionary: a renderer may know what to do
// then. Throws std::exception for streams that expand beyond what their size allows.
std::optional<cv::Mat> decode_image_stream(QPDFObjectHandle stream, int reduction);

}  // namespace ocrbatch::io
