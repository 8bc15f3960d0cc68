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

// Where ink (anything but 0) begins and ends, by turns, an even number of columns: an end is the first column
// behind it, `count` at most. Into `edges`, which has room for count + 1; returns how many.
int find_edges(const std::uint8_t* row, int count, int* edges);

// The kBetween pixels from each of `count` centres to the next, with steps of equal size and half a step at
// either end; rounded to the nearest, halves up. `centres` are count + 1 gray values times kCentreScale.
inline constexpr int kBetween = 8, kCentreScale = 16;
void fill_between(const std::uint16_t* centres, int count, std::uint8_t* to);

}  // namespace ocrbatch::kernels
