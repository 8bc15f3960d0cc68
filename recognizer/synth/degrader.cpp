#include "recognizer/synth/degrader.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "recognizer/synth/jpeg.h"

namespace ocrbatch::recognizer {
namespace {

constexpr int kTextureRows = 1024, kTextureColumns = 4096;
constexpr double kTextureDeviation = 32;
constexpr double kMaxBlurShare = 0.12;  // of the x-height: the widest blur that leaves letters apart
constexpr double kMinXHeightPx = 4.6;   // the smallest type that can be read

// Gaussian noise around 128, smoothed by `sigma` and brought back to the same deviation.
cv::Mat make_texture(std::uint64_t seed, double sigma) {
  cv::Mat noise(kTextureRows, kTextureColumns, CV_32FC1);
  Random random(seed, 0);
  for (int y = 0; y < noise.rows; ++y) {
    auto* row = noise.ptr<float>(y);
    for (int x = 0; x < noise.cols; ++x) row[x] = static_cast<float>(random.normal());
  }
  if (sigma > 0) cv::GaussianBlur(noise, noise, cv::Size(), sigma, sigma, cv::BORDER_REFLECT);
  cv::Scalar mean, deviation;
  cv::meanStdDev(noise, mean, deviation);
  cv::Mat texture;
  const double gain = kTextureDeviation / deviation[0];
  noise.convertTo(texture, CV_8U, gain, 128 - mean[0] * gain);
  return texture;
}

void add_noise(cv::Mat& image, const cv::Mat& texture, double deviation) {
  const double gain = deviation / kTextureDeviation;
  cv::addWeighted(image, 1, texture, gain, -128 * gain, image);
}

// A smooth random field of 0-255 values between lo and hi (0-1), one free value every `cell` pixels.
cv::Mat smooth_field(cv::Size size, double cell, double lo, double hi, Random& random) {
  const int columns = std::clamp(static_cast<int>(size.width / cell) + 2, 2, 128);
  const int rows = std::clamp(static_cast<int>(size.height / cell) + 2, 2, 64);
  cv::Mat small(rows, columns, CV_8UC1);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      small.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(255 * random.uniform(lo, hi));
  cv::Mat field;
  cv::resize(small, field, size, 0, 0, cv::INTER_LINEAR);
  return field;
}

cv::Mat level_table(double center, double gain, double bias = 128) {
  cv::Mat table(1, 256, CV_8UC1);
  for (int v = 0; v < 256; ++v)
    table.at<std::uint8_t>(v) = cv::saturate_cast<std::uint8_t>((v - center) * gain + bias);
  return table;
}

// Ink laid down by needles: the glyphs' coverage sampled on a grid, each hit a round dot.
void dot_matrix(cv::Mat& ink, double cell_px) {
  const cv::Size grid(std::max(1, static_cast<int>(ink.cols / cell_px)),
                      std::max(1, static_cast<int>(ink.rows / cell_px)));
  cv::Mat cells;
  cv::resize(ink, cells, grid, 0, 0, cv::INTER_AREA);
  cv::threshold(cells, cells, 90, 255, cv::THRESH_BINARY);
  cv::Mat dots(ink.size(), CV_8UC1, cv::Scalar(0));
  constexpr int kShift = 4;
  const double sx = static_cast<double>(ink.cols) / grid.width,
               sy = static_cast<double>(ink.rows) / grid.height;
  const int radius = static_cast<int>(std::lround(cell_px * 0.56 * (1 << kShift)));
  for (int y = 0; y < grid.height; ++y) {
    const std::uint8_t* row = cells.ptr(y);
    for (int x = 0; x < grid.width; ++x) {
      if (row[x] == 0) continue;
      const cv::Point center(static_cast<int>(((x + 0.5) * sx - 0.5) * (1 << kShift)),
                             static_cast<int>(((y + 0.5) * sy - 0.5) * (1 << kShift)));
      cv::circle(dots, center, radius, cv::Scalar(255), cv::FILLED, cv::LINE_AA, kShift);
    }
  }
  ink = dots;
}

// Ink of a head whose dots touch each other, as in the bitmap fonts of till printers: strokes are one, two or
// three whole dots wide. A dot is set where the glyph covers `coverage` (0-1) of it.
void print_in_dots(cv::Mat& ink, double dot_px, double coverage) {
  const cv::Size grid(std::max(1, static_cast<int>(std::lround(ink.cols / dot_px))),
                      std::max(1, static_cast<int>(std::lround(ink.rows / dot_px))));
  cv::Mat dots;
  cv::resize(ink, dots, grid, 0, 0, cv::INTER_AREA);
  cv::threshold(dots, dots, 255 * coverage, 255, cv::THRESH_BINARY);
  cv::resize(dots, ink, ink.size(), 0, 0, cv::INTER_NEAREST);
}

void blur(cv::Mat& image, double sigma) {
  // Below this a Gaussian leaves the pixels as they are.
  if (sigma < 0.25) return;
  const int size = 2 * static_cast<int>(std::ceil(2.5 * sigma)) + 1;
  cv::GaussianBlur(image, image, cv::Size(size, size), sigma, sigma, cv::BORDER_REPLICATE);
}

// The level below which `share` of the pixels lie.
int level_of_share(const cv::Mat& image, double share) {
  int counts[256] = {};
  for (int y = 0; y < image.rows; ++y) {
    const std::uint8_t* row = image.ptr(y);
    for (int x = 0; x < image.cols; ++x) ++counts[row[x]];
  }
  double rest = share * static_cast<double>(image.total());
  for (int level = 0; level < 256; ++level) {
    rest -= counts[level];
    if (rest <= 0) return level;
  }
  return 255;
}

// Floyd-Steinberg, as fax machines and viewers do with gray.
void dither(cv::Mat& gray) {
  std::vector<int> errors(static_cast<std::size_t>(gray.cols) + 2, 0), next(errors.size(), 0);
  for (int y = 0; y < gray.rows; ++y) {
    std::uint8_t* row = gray.ptr(y);
    std::fill(next.begin(), next.end(), 0);
    for (int x = 0; x < gray.cols; ++x) {
      const int value = row[x] + errors[x + 1] / 16;
      const int output = value < 128 ? 0 : 255;
      const int error = value - output;
      row[x] = static_cast<std::uint8_t>(output);
      errors[x + 2] += 7 * error;
      next[x] += 3 * error;
      next[x + 1] += 5 * error;
      next[x + 2] += error;
    }
    std::swap(errors, next);
  }
}

}  // namespace

Degrader::Degrader()
    : fine_(make_texture(1, 0)), medium_(make_texture(2, 1.0)), coarse_(make_texture(3, 2.2)) {}

cv::Mat Degrader::patch_of(const cv::Mat& texture, cv::Size size, Random& random) const {
  if (size.width > texture.cols || size.height > texture.rows) {
    cv::Mat larger;
    cv::resize(texture, larger, size, 0, 0, cv::INTER_NEAREST);
    return larger;
  }
  const int x = random.between(0, texture.cols - size.width),
            y = random.between(0, texture.rows - size.height);
  return texture(cv::Rect(x, y, size.width, size.height));
}

void Degrader::print(cv::Mat& ink, double x_height_px, const DocumentStyle& style, Random& random) const {
  if (const double needles = style.dot_matrix.draw(random); needles > 0 && x_height_px / needles > 1.6)
    dot_matrix(ink, x_height_px / needles);
  if (const double dots = style.print_dots.draw(random); dots > 0 && x_height_px / dots > 1)
    print_in_dots(ink, x_height_px / dots, random.uniform(0.3, 0.55));
  if (const double roughness = style.roughness.draw(random); roughness > 0) {
    // Ink seeps: a blurred shape, disturbed, cut at half its height. Hairlines below the cut break.
    const double seep = std::max(0.4, x_height_px * random.uniform(0.02, 0.05));
    blur(ink, seep);
    const double grain = random.uniform();
    const cv::Mat& texture = x_height_px < 11 ? fine_ : (x_height_px < 22 || grain < 0.4 ? medium_ : coarse_);
    // Cut where as much ink remains as was laid down, more or less: a fixed cut would wipe out thin faces.
    const double inked = cv::mean(ink)[0] / 255 * random.uniform(0.75, 1.15);
    add_noise(ink, patch_of(texture, ink.size(), random), 50 * roughness);
    const double cut = std::clamp(level_of_share(ink, 1 - inked), 40, 170);
    cv::LUT(ink, level_table(cut, random.uniform(2, 4)), ink);
  }
  if (const double fade = style.fade.draw(random); fade > 0) {
    const double cell = x_height_px * (random.chance(0.5) ? random.uniform(0.5, 1.5) : random.uniform(2, 8));
    cv::multiply(ink, smooth_field(ink.size(), cell, 1 - fade, 1, random), ink, 1.0 / 255);
  }
}

cv::Mat Degrader::put_on_paper(const cv::Mat& ink, double x_height_px, const DocumentStyle& style,
                               Random& random) const {
  const double dark = style.ink_gray.draw(random), light = style.paper_gray.draw(random);
  cv::Mat table(1, 256, CV_8UC1), gray;
  for (int v = 0; v < 256; ++v)
    table.at<std::uint8_t>(v) = cv::saturate_cast<std::uint8_t>(light + (dark - light) * v / 255);
  cv::LUT(ink, table, gray);
  if (const double bleed = style.bleed.draw(random); bleed > 0) {
    cv::Mat back;
    cv::flip(ink, back, 1);
    const int shift = random.between(0, back.rows - 1);
    cv::Mat rolled(back.size(), CV_8UC1);
    back.rowRange(shift, back.rows).copyTo(rolled.rowRange(0, back.rows - shift));
    if (shift > 0) back.rowRange(0, shift).copyTo(rolled.rowRange(back.rows - shift, back.rows));
    blur(rolled, std::max(0.6, x_height_px * 0.08));
    cv::addWeighted(gray, 1, rolled, -bleed * std::abs(light - dark) / 255, 0, gray);
  }
  const double shadow = style.gradient.draw(random), stain = style.stain.draw(random);
  if (shadow > 0)
    cv::multiply(gray, smooth_field(gray.size(), gray.cols / 2.0, 1 - shadow, 1, random), gray, 1.0 / 255);
  if (stain > 0)
    cv::multiply(gray, smooth_field(gray.size(), x_height_px * 4, 1 - stain, 1, random), gray, 1.0 / 255);
  if (const double amplitude = style.paper_texture.draw(random); amplitude > 0)
    add_noise(gray, patch_of(x_height_px < 14 ? medium_ : coarse_, gray.size(), random), amplitude);
  return gray;
}

void Degrader::scan(cv::Mat& gray, double x_height_px, double inked, const DocumentStyle& style,
                    Random& random) const {
  const cv::Size size = gray.size();
  // Small type survives less: what nobody could read teaches nothing.
  blur(gray, std::min(style.blur_px.draw(random), kMaxBlurShare * x_height_px));
  if (const double motion = std::min(style.motion_px.draw(random), 0.2 * x_height_px); motion > 0) {
    const int length = 1 + static_cast<int>(std::lround(motion));
    cv::blur(gray, gray, random.chance(0.6) ? cv::Size(length, 1) : cv::Size(1, length), cv::Point(-1, -1),
             cv::BORDER_REPLICATE);
  }
  const double reduction = style.resample.draw(random);
  const double resample = std::max(reduction, kMinXHeightPx / x_height_px);
  if (reduction > 0 && resample < 1) {
    cv::Mat small;
    cv::resize(gray, small, cv::Size(), resample, resample,
               random.chance(0.8) ? cv::INTER_AREA : cv::INTER_LINEAR);
    cv::resize(small, gray, size, 0, 0, random.chance(0.5) ? cv::INTER_LINEAR : cv::INTER_CUBIC);
  }
  if (const double deviation = style.noise.draw(random); deviation > 0)
    add_noise(gray, patch_of(random.chance(0.6) ? fine_ : medium_, size, random), deviation);

  if (const double level = style.bilevel.draw(random); level > 0) {
    double dark = 0, light = 0;
    cv::minMaxLoc(gray, &dark, &light);
    if (random.chance(style.dithered)) {
      dither(gray);
    } else if (random.chance(style.adaptive)) {
      const int block = 2 * static_cast<int>(x_height_px * random.uniform(1.0, 2.5)) + 3;
      // The local mean of a line of text lies at about three quarters of the way to the paper.
      cv::adaptiveThreshold(gray, gray, 255, cv::ADAPTIVE_THRESH_MEAN_C, cv::THRESH_BINARY, block,
                            (light - dark) * random.uniform(0.1, 0.25));
    } else {
      // From `level` towards the threshold that keeps the amount of ink: scanners are set to leave text
      // readable.
      const double keeping = level_of_share(gray, inked * random.uniform(0.72, 1.2));
      cv::threshold(gray, gray, 0.35 * (dark + (light - dark) * level) + 0.65 * keeping, 255,
                    cv::THRESH_BINARY);
    }
  }
  if (const double share = style.salt_pepper.draw(random); share > 0) {
    const int count = static_cast<int>(share * static_cast<double>(gray.total()));
    for (int i = 0; i < count; ++i) {
      const std::uint64_t bits = random.next();
      gray.at<std::uint8_t>(static_cast<int>((bits & 0xFFFFFF) * gray.rows >> 24),
                            static_cast<int>((bits >> 24 & 0xFFFFFF) * gray.cols >> 24)) =
          (bits >> 60 & 1) != 0 ? 0 : 255;
    }
  }
  if (const double quality = style.jpeg_quality.draw(random); quality > 0)
    through_jpeg(gray, static_cast<int>(quality));
}

cv::Mat Degrader::degrade(const cv::Mat& ink, double x_height_px, const DocumentStyle& style,
                          Random& random) const {
  cv::Mat printed = ink;
  print(printed, x_height_px, style, random);
  cv::Mat gray = put_on_paper(printed, x_height_px, style, random);
  scan(gray, x_height_px, cv::mean(printed)[0] / 255, style, random);
  if (random.chance(style.inverted)) cv::bitwise_not(gray, gray);
  return gray;
}

}  // namespace ocrbatch::recognizer
