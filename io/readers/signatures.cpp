#include "io/readers/signatures.h"

#include <cctype>

namespace ocrbatch::io {
namespace {

using namespace std::string_view_literals;

std::string_view piece(std::string_view head, std::size_t at, std::size_t bytes) {
  return at < head.size() ? head.substr(at, bytes) : std::string_view();
}

unsigned byte(std::string_view head, std::size_t at) {
  return at < head.size() ? static_cast<unsigned char>(head[at]) : 0;
}

}  // namespace

bool is_pdf(std::string_view head) {
  return head.substr(0, kHeadBytes).find("%PDF-") != head.npos;
}

bool is_tiff(std::string_view head) {
  return head.starts_with("II*\0"sv) || head.starts_with("MM\0*"sv) || head.starts_with("II+\0"sv) ||
         head.starts_with("MM\0+"sv);
}

bool is_jpeg(std::string_view head) {
  return head.starts_with("\xFF\xD8\xFF"sv);
}

bool is_png(std::string_view head) {
  return head.starts_with("\x89PNG\r\n\x1A\n"sv);
}

bool is_webp(std::string_view head) {
  return head.starts_with("RIFF") && piece(head, 8, 4) == "WEBP";
}

bool is_jp2(std::string_view head) {
  return head.starts_with("\0\0\0\x0CjP  \r\n\x87\n"sv) || head.starts_with("\xFF\x4F\xFF\x51"sv);
}

bool is_gif(std::string_view head) {
  return head.starts_with("GIF87a") || head.starts_with("GIF89a");
}

// Two letters are little to go by ("BMW report" begins with them too), so the header's fixed fields are
// looked at.
bool is_bmp(std::string_view head) {
  if (!head.starts_with("BM") || piece(head, 6, 4) != "\0\0\0\0"sv || piece(head, 15, 3) != "\0\0\0"sv)
    return false;
  switch (byte(head, 14)) {  // the known sizes of the second header
    case 12:
    case 16:
    case 40:
    case 52:
    case 56:
    case 64:
    case 108:
    case 124:
      return true;
    default:
      return false;
  }
}

bool is_pnm(std::string_view head) {
  if (head.size() < 4 || head[0] != 'P' || head[1] < '1' || head[1] > '7') return false;
  if (!std::isspace(static_cast<unsigned char>(head[2]))) return false;
  if (head[1] == '7') return head.find("WIDTH") != head.npos;
  for (char c : head.substr(2)) {
    if (c == '#' || std::isdigit(static_cast<unsigned char>(c))) return true;
    if (!std::isspace(static_cast<unsigned char>(c))) return false;
  }
  return false;
}

const char* unsupported_format(std::string_view head) {
  if (piece(head, 4, 4) == "ftyp") {
    const std::string_view brand = piece(head, 8, 4);
    for (std::string_view heic : {"heic", "heix", "heim", "heis", "hevc", "mif1", "msf1"}) {
      if (brand == heic) return "HEIC image";
    }
    if (brand == "avif" || brand == "avis") return "AVIF image";
  }
  if (head.starts_with("AT&TFORM")) return "DjVu document";
  if (head.starts_with("\0\0\0\x0CJXL \r\n\x87\n"sv) || head.starts_with("\xFF\x0A"sv))
    return "JPEG XL image";
  if (head.starts_with("\x97JB2\r\n\x1A\n"sv)) return "JBIG2 image";
  if (head.starts_with("%!PS")) return "PostScript file";
  if (head.starts_with("8BPS")) return "Photoshop file";
  return nullptr;
}

}  // namespace ocrbatch::io
