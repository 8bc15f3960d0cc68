#include <fcntl.h>
#include <leptonica/allheaders.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <opencv2/core.hpp>
#include <utility>

#include "io/reader.h"
#include "io/readers/format.h"
#include "io/readers/signatures.h"

namespace ocrbatch::io {
namespace {

struct Format {
  bool (*matches)(std::string_view head);
  OpenFunction open;
};

// One row a format. PDF stands last because its header may follow other bytes.
constexpr Format kFormats[] = {
    {is_jpeg, open_jpeg}, {is_png, open_png}, {is_tiff, open_tiff}, {is_webp, open_webp}, {is_jp2, open_jp2},
    {is_gif, open_gif},   {is_bmp, open_bmp}, {is_pnm, open_pnm},   {is_pdf, open_pdf},
};

// Names under which people keep documents: a file so named that is empty, unreadable or damaged at its start
// deserves an error record, where any other file is passed over.
constexpr std::string_view kExtensions[] = {
    ".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".jpe", ".png", ".webp", ".jp2",  ".j2k",  ".jpf",
    ".gif", ".bmp", ".pnm",  ".pbm", ".pgm",  ".ppm", ".pam", ".heic", ".avif", ".djvu", ".jxl"};

Error unreadable(const std::string& message) {
  return {ErrorCode::kUnreadable, message};
}

Error system_error(int code) {
  if (code == ENOENT || code == ENOTDIR) return {ErrorCode::kNotFound, "the file does not exist (any more)"};
  if (code == EACCES || code == EPERM) return unreadable("permission denied: grant read access to it");
  return unreadable(std::string("cannot be read: ") + std::strerror(code));
}

// Null for a regular file. Others are told apart before they are opened: a pipe would block, a device may
// act.
const char* kind_of_special(mode_t mode) {
  if (S_ISREG(mode)) return nullptr;
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

Result<std::string> read_head(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error(errno);
  if (const char* kind = kind_of_special(status.st_mode)) {
    return unreadable(std::string("is ") + kind + ", not a regular file: copy its content to a file");
  }
  if (status.st_size == 0) return Error{ErrorCode::kEmpty, "the file is empty: copy or download it again"};
  // Not blocking, should the file have been exchanged for a pipe since.
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return system_error(errno);
  std::string head(kHeadBytes, '\0');
  std::size_t filled = 0;
  ssize_t n = 0;
  int code = 0;
  while (filled < head.size() && (n = ::read(fd, head.data() + filled, head.size() - filled)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      code = errno;
      break;
    }
    filled += static_cast<std::size_t>(n);
  }
  ::close(fd);
  if (code != 0) return system_error(code);
  head.resize(filled);
  return head;
}

const Format* find_format(std::string_view head) {
  const auto found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                  [&](const Format& format) { return format.matches(head); });
  return found == std::end(kFormats) ? nullptr : found;
}

}  // namespace

void turn(PageImage& image, int turn_deg) {
  if (turn_deg == 0) return;
  cv::Mat turned;
  cv::rotate(image.gray, turned,
             turn_deg == 90    ? cv::ROTATE_90_CLOCKWISE
             : turn_deg == 180 ? cv::ROTATE_180
                               : cv::ROTATE_90_COUNTERCLOCKWISE);
  image.gray = std::move(turned);
  image.rotation_deg = (image.rotation_deg + turn_deg) % 360;
}

Result<std::unique_ptr<Reader>> open_document(const std::filesystem::path& path, const ReadOptions& options) {
  return guarded([&]() -> Result<std::unique_ptr<Reader>> {
    const auto head = read_head(path);
    if (!head) return head.error();
    if (const Format* format = find_format(head.value())) return format->open(path, options);
    if (const char* name = unsupported_format(head.value())) {
      return Error{ErrorCode::kUnsupported,
                   std::string("a ") + name + " cannot be read: convert it to PDF, PNG or TIFF"};
    }
    return Error{ErrorCode::kUnknownFormat,
                 "not a PDF or image, by its content: convert it to PDF, or exclude it with --exclude"};
  });
}

void initialize_readers() {
  setMsgSeverity(L_SEVERITY_NONE);
  initialize_pdf();
}

bool has_document_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
  return std::find(std::begin(kExtensions), std::end(kExtensions), extension) != std::end(kExtensions);
}

bool looks_like_document(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return false;
  if (has_document_name(path)) return true;
  const auto head = read_head(path);
  return head.ok() && (find_format(head.value()) || unsupported_format(head.value()));
}

}  // namespace ocrbatch::io
