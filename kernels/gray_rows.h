// Rows of gray values, of pages and of lines.
#pragma once

#include <cstdint>

namespace ocrbatch::kernels {

// How far each pixel is darker than the paper at its column, 0 where it is lighter; of light print on dark
// paper (inverted) with black as white.
void depths_of(const std::uint8_t* row, const std::uint8_t* paper, int count, bool inverted,
               std::uint8_t* depths);

// What lies between `low`, which becomes 0, and `high`, which becomes 255, in equal steps; rounded down.
// low < high. In place where `to` is `depths`.
void stretch(const std::uint8_t* depths, int count, int low, int high, std::uint8_t* to);

// round(row * white / paper), 255 at most: the page in even light, whose paper is `white`. Paper is 1 or
// more; halves go to the even number.
void even_out(const std::uint8_t* row, const std::uint8_t* paper, int count, int white, std::uint8_t* to);

}  // namespace ocrbatch::kernels
