// What one row of the table in io/readers.cpp consists of, and the checks that all readers share.
#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "io/reader.h"

namespace ocrbatch::io {

using OpenFunction = Result<std::unique_ptr<Reader>> (*)(const std::filesystem::path&, const ReadOptions&);

// The readers. `path` is a non-empty regular file whose first bytes have matched the format.
Result<std::unique_ptr<Reader>> open_pdf(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_tiff(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_jpeg(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_png(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_webp(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_jp2(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_gif(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_bmp(const std::filesystem::path& path, const ReadOptions& options);
Result<std::unique_ptr<Reader>> open_pnm(const std::filesystem::path& path, const ReadOptions& options);

void initialize_pdf();  // the part of initialize_readers() that is Poppler's

// The resolution a file claims, or 0 where nobody scans at it: screenshots say 72 and worse, cameras 1.
inline double plausible_dpi(double dpi) {
  return dpi >= 50 && dpi <= 1200 ? dpi : 0;
}

// An Error when width x height is nothing or more than the limit.
inline Result<PageSize> check_size(PageSize size, const ReadOptions& options, const std::string& remedy) {
  if (size.width_px <= 0 || size.height_px <= 0) return Error{ErrorCode::kCorrupt, "the page has no area"};
  const double megapixels = 1e-6 * size.width_px * size.height_px;
  if (megapixels <= options.max_megapixels) return size;
  return Error{ErrorCode::kTooLarge, "the page has " + std::to_string(static_cast<long long>(megapixels)) +
                                         " megapixels, more than the limit of " +
                                         std::to_string(static_cast<long long>(options.max_megapixels)) +
                                         ": " + remedy};
}

// A library's message as one line.
inline std::string one_line(std::string_view message) {
  std::string line;
  for (char c : message) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!control) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

// Runs `read` and turns what libraries throw into values. `read` returns a Result<T>.
template <class Function>
auto guarded(Function&& read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kOutOfMemory, "memory ran out while reading: lower --jobs or --max-megapixels"};
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) {
      return Error{ErrorCode::kOutOfMemory, "memory ran out while reading: lower --jobs or --max-megapixels"};
    }
    return Error{ErrorCode::kInternal, one_line(e.what())};
  } catch (const std::exception& e) {
    return Error{ErrorCode::kCorrupt, "the content is damaged (" + one_line(e.what()) + ")"};
  }
}

}  // namespace ocrbatch::io
