// How many decimals the numbers of a record have.
#pragma once

namespace ocrbatch::io {

constexpr int kSchemaVersion = 1;
constexpr int kConfidenceDecimals = 4, kCoordinateDecimals = 2, kDpiDecimals = 2, kTimingDecimals = 2;

}  // namespace ocrbatch::io
