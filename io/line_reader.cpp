#include "io/line_reader.h"

#include <algorithm>

namespace ocrbatch::io {

bool LineReader::next(std::string_view& line) {
  constexpr std::uint64_t kBlockBytes = 1 << 18;
  std::size_t searched = start_;
  std::size_t end = 0;
  while ((end = buffer_.find('\n', searched)) == buffer_.npos) {
    if (rest_.bytes == 0) return false;
    buffer_.erase(0, start_);
    start_ = 0;
    searched = buffer_.size();
    const ByteRange block{rest_.offset, std::min(rest_.bytes, kBlockBytes)};
    buffer_ += read_range(file_descriptor_, block, name_);
    rest_ = {block.end(), rest_.bytes - block.bytes};
  }
  line = std::string_view(buffer_).substr(start_, end - start_);
  place_ = {next_line_, end + 1 - start_};
  next_line_ = place_.end();
  start_ = end + 1;
  return true;
}

}  // namespace ocrbatch::io
