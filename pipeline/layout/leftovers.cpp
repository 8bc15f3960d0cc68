#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "pipeline/layout/found_line.h"
#include "pipeline/layout/insert_lines.h"
#include "pipeline/layout/statistics.h"

namespace ocrbatch::pipeline {
namespace {

struct Group {
  cv::Rect box;
  std::vector<cv::Rect> letters;
  float baseline = 0;  // at the box's middle
  int host = -1;       // the found line in whose row it stands
};

// 255 where a found line already accounts for the ink.
cv::Mat accounted_area(const cv::Size& size, const std::vector<FoundLine>& lines) {
  cv::Mat area(size, CV_8UC1, cv::Scalar(0));
  for (const FoundLine& line : lines) {
    const auto& geometry = line.geometry;
    const cv::Point2f up(0, -1.15F * geometry.ascent_px), down(0, 1.3F * geometry.descent_px);
    const std::vector<cv::Point> corners = {geometry.baseline_start + up, geometry.baseline_end + up,
                                            geometry.baseline_end + down, geometry.baseline_start + down};
    cv::fillConvexPoly(area, corners, 255);
  }
  return area;
}

// Letter-like components that no line accounts for.
std::vector<cv::Rect> leftover_letters(const LayoutImage& image, const cv::Mat& accounted) {
  std::vector<cv::Rect> letters;
  for (const auto& [box, pixels] : image.components) {
    const double area = static_cast<double>(box.area());
    if (box.height < 0.45 * image.letter_px || box.height > 2.6 * image.letter_px) continue;
    if (box.width > 8 * box.height || box.height > 8 * box.width) continue;
    if (pixels < 0.12 * area) continue;
    if (box.width < 3 && box.height < 6) continue;
    if (accounted.at<uchar>(box.y + box.height / 2, box.x + box.width / 2) != 0) continue;
    letters.push_back(box);
  }
  return letters;
}

// Letters that stand in a row with word gaps between them: each is linked to the next one on its right.
std::vector<Group> group_letters(std::vector<cv::Rect> letters, double letter_px) {
  std::sort(letters.begin(), letters.end(), [](const cv::Rect& a, const cv::Rect& b) {
    return std::tuple(a.x, a.y, a.width) < std::tuple(b.x, b.y, b.width);
  });
  const int reach = cvRound(2 * letter_px);
  std::vector<int> chain(letters.size());
  std::iota(chain.begin(), chain.end(), 0);
  const auto chain_of = [&](int i) {
    while (chain[i] != i) i = chain[i] = chain[chain[i]];
    return i;
  };
  for (size_t i = 0; i < letters.size(); ++i) {
    const cv::Rect& letter = letters[i];
    int next = -1, nearest = reach + 1;
    for (size_t j = i + 1; j < letters.size() && letters[j].x <= letter.br().x + reach; ++j) {
      const int overlap = std::min(letter.br().y, letters[j].br().y) - std::max(letter.y, letters[j].y);
      if (2 * overlap < std::min(letter.height, letters[j].height)) continue;
      const int gap = std::max(0, letters[j].x - letter.br().x);
      if (gap < nearest) {
        nearest = gap;
        next = static_cast<int>(j);
      }
    }
    if (next >= 0) chain[chain_of(next)] = chain_of(static_cast<int>(i));
  }
  std::map<int, Group> chains;
  for (size_t i = 0; i < letters.size(); ++i) {
    Group& group = chains[chain_of(static_cast<int>(i))];
    group.box |= letters[i];
    group.letters.push_back(letters[i]);
  }
  std::vector<Group> groups;
  for (auto& [first, group] : chains) {
    std::vector<float> bottoms;
    for (const cv::Rect& letter : group.letters) {
      if (letter.height >= 0.4F * group.box.height) bottoms.push_back(letter.br().y);
    }
    group.baseline = bottoms.empty() ? group.box.br().y : median(bottoms);
    groups.push_back(std::move(group));
  }
  return groups;
}

// The line in whose row the group stands: the nearest one with the same baseline and size.
int find_host(const Group& group, const std::vector<FoundLine>& lines) {
  int host = -1;
  float nearest = 1e9F;
  for (size_t i = 0; i < lines.size(); ++i) {
    const FoundLine& line = lines[i];
    const float x_height = line.geometry.x_height_px;
    const float gap = std::max({0, group.box.x - line.box.br().x, line.box.x - group.box.br().x});
    const float edge = group.box.x > line.box.x ? group.box.x : group.box.br().x;
    if (std::abs(line.baseline_at(edge) - group.baseline) > 0.35F * x_height) continue;
    if (group.box.height > 2.2F * line.geometry.ascent_px || group.box.height < 0.6F * x_height) continue;
    if (gap < nearest) {
      nearest = gap;
      host = static_cast<int>(i);
    }
  }
  return host;
}

bool looks_like_text(const Group& group, const std::vector<Group>& groups, double letter_px) {
  if (group.box.height > 3 * letter_px) return false;
  if (group.letters.size() >= 2) {
    // Print has letters of one size; dirt has not.
    std::vector<float> heights;
    for (const cv::Rect& letter : group.letters) heights.push_back(letter.height);
    const float usual = median(heights);
    const auto alike = std::count_if(heights.begin(), heights.end(), [&](float height) {
      return height > 0.6F * usual && height < 1.8F * usual;
    });
    return group.box.height < 3 * usual && 3 * alike >= 2 * static_cast<int>(heights.size());
  }
  // A single letter may be dirt: it takes a row or a column to belong to.
  if (group.box.height < 0.6 * letter_px || group.box.height > 2 * letter_px) return false;
  if (group.host >= 0) return true;
  int in_column = 0;
  for (const Group& other : groups) {
    const bool overlaps = other.box.x < group.box.br().x && group.box.x < other.box.br().x;
    const float distance = std::abs(other.baseline - group.baseline);
    const bool alike = std::abs(other.box.height - group.box.height) <= 0.25F * group.box.height;
    in_column += overlaps && alike && distance > 0 && distance < 8 * letter_px;
  }
  return in_column >= 2;
}

// Stricter, for what Tesseract takes for a picture: labels of a chart pass, a halftone's texture does not.
bool is_clean_print(const Group& group, double letter_px) {
  if (group.letters.size() < 2) return false;
  int clean = 0;
  for (const cv::Rect& letter : group.letters) {
    const bool usual_size = letter.height > 0.6 * letter_px && letter.height < 1.9 * letter_px;
    clean += usual_size && std::abs(letter.br().y - group.baseline) < 0.2 * letter_px;
  }
  return 4 * clean >= 3 * static_cast<int>(group.letters.size());
}

FoundLine as_line(const Group& group, float slope, const FoundLine* host) {
  FoundLine line;
  line.box = group.box;
  const float left = group.box.x, right = group.box.br().x, middle = 0.5F * (left + right);
  line.geometry.baseline_start = {left, group.baseline + slope * (left - middle)};
  line.geometry.baseline_end = {right, group.baseline + slope * (right - middle)};
  const float ascent = std::max(2.0F, group.baseline - group.box.y);
  if (host != nullptr && ascent < 1.15F * host->geometry.ascent_px &&
      ascent > 0.6F * host->geometry.ascent_px) {
    line.geometry.ascent_px = host->geometry.ascent_px;
    line.geometry.descent_px = host->geometry.descent_px;
    line.geometry.x_height_px = host->geometry.x_height_px;
    return line;
  }
  line.geometry.ascent_px = ascent;
  line.geometry.descent_px = std::max(0.28F * ascent, group.box.br().y - group.baseline);
  line.geometry.x_height_px = 0.68F * ascent;
  return line;
}

void widen(FoundLine& line, const cv::Rect& box) {
  const float slope = line.slope();
  const float left = std::min(line.box.x, box.x), right = std::max(line.box.br().x, box.br().x);
  const cv::Point2f start(left, line.baseline_at(left)),
      end(right, line.baseline_at(left) + slope * (right - left));
  line.box |= box;
  line.geometry.baseline_start = start;
  line.geometry.baseline_end = end;
}

}  // namespace

void add_leftovers(const LayoutImage& image, const std::vector<cv::Rect>& pictures,
                   std::vector<FoundLine>& lines) {
  if (image.letter_px <= 0) return;
  const cv::Mat accounted = accounted_area(image.ink.size(), lines);
  const std::vector<cv::Rect> letters = leftover_letters(image, accounted);
  // Thousands of stray components are a picture or a dirty scan, not text.
  constexpr size_t kMostLetters = 6000;
  if (letters.empty() || letters.size() > kMostLetters) return;
  std::vector<Group> groups = group_letters(letters, image.letter_px);
  for (Group& group : groups) group.host = find_host(group, lines);
  std::erase_if(groups, [&, all = groups](const Group& group) {
    return !looks_like_text(group, all, image.letter_px);
  });
  std::erase_if(groups, [&](const Group& group) {
    const cv::Point centre(group.box.x + group.box.width / 2, group.box.y + group.box.height / 2);
    const bool in_picture = std::any_of(pictures.begin(), pictures.end(),
                                        [&](const cv::Rect& picture) { return picture.contains(centre); });
    return in_picture && !is_clean_print(group, image.letter_px);
  });
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.box.y < b.box.y; });

  const float slope = page_slope(lines);

  // Letters right beside a line are the line's.
  std::vector<std::pair<size_t, FoundLine>> beside;  // with the host's index
  std::vector<Group> alone;
  for (Group& group : groups) {
    if (group.host < 0) {
      alone.push_back(group);
      continue;
    }
    FoundLine& host = lines[group.host];
    const int gap = std::max({0, group.box.x - host.box.br().x, host.box.x - group.box.br().x});
    if (gap < 1.8 * image.letter_px) {
      widen(host, group.box);
    } else {
      FoundLine line = as_line(group, slope, &host);
      line.block = host.block;
      line.paragraph = host.paragraph;
      beside.emplace_back(group.host, line);
    }
  }
  // Others in the row stand before or after it.
  std::vector<FoundLine> ordered;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<FoundLine> row{lines[i]};
    for (auto& [host, line] : beside) {
      if (host == i) row.push_back(line);
    }
    std::sort(row.begin(), row.end(),
              [](const FoundLine& a, const FoundLine& b) { return a.box.x < b.box.x; });
    ordered.insert(ordered.end(), row.begin(), row.end());
  }
  lines = std::move(ordered);

  std::vector<FoundLine> rest;
  for (const Group& group : alone) rest.push_back(as_line(group, slope, nullptr));
  insert_lines(std::move(rest), static_cast<float>(image.letter_px), lines);
}

}  // namespace ocrbatch::pipeline
