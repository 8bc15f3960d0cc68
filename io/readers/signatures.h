// Formats by their first bytes.
#pragma once

#include <string_view>

namespace ocrbatch::io {

// A PDF's header may stand anywhere in this many first bytes.
inline constexpr std::size_t kHeadBytes = 1024;

// `head`: the first kHeadBytes of a file (fewer of a shorter one).
bool is_pdf(std::string_view head);
bool is_tiff(std::string_view head);
bool is_jpeg(std::string_view head);
bool is_png(std::string_view head);
bool is_webp(std::string_view head);
bool is_jp2(std::string_view head);
bool is_gif(std::string_view head);
bool is_bmp(std::string_view head);
bool is_pnm(std::string_view head);

// The name of a document format that is recognized but has no reader ("HEIC", "DjVu", ...); null for others.
const char* unsupported_format(std::string_view head);

}  // namespace ocrbatch::io
