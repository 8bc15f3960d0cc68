// JBIG2 data (ITU-T T.88) as PDFs embed it: segments without a file's header, those that pages share apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ocrbatch::io {

// Rows of a bit a pixel, white 1, each padded to bytes: `wanted` bytes. Nothing where the data has another
// number of them, and in builds whose Poppler cannot be asked for it.
std::optional<std::vector<std::uint8_t>> decode_jbig2(std::span<const std::uint8_t> data,
                                                      std::span<const std::uint8_t> shared_segments,
                                                      std::size_t wanted);

}  // namespace ocrbatch::io
