#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <unordered_set>
#include <vector>

#include "io/writer.h"
#include "io/writers/output_file.h"
#include "io/writers/page_format.h"

namespace ocrbatch::io {
namespace {

// One row a format.
constexpr PageFormat kFormats[] = {
    {"hocr", ".hocr", begin_hocr, hocr_page, end_hocr},
    {"txt", ".txt", begin_text, text_page, end_text},
};

constexpr std::size_t kMaxNameBytes = 255;  // of one component, on every usual file system

// Cut to fit, told apart by a hash of the whole (FNV-1a: the same in every run and build).
std::string fit_name(const std::string& name, std::size_t max_bytes) {
  if (name.size() <= max_bytes) return name;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3;
  std::string tail = "~";
  for (int shift = 60; shift >= 0; shift -= 4) tail += "0123456789abcdef"[hash >> shift & 15];
  std::size_t keep = max_bytes - tail.size();
  while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xC0) == 0x80)
    --keep;  // not inside a character
  return name.substr(0, keep) + tail;
}

class FolderWriter : public Writer {
 public:
  FolderWriter(const PageFormat& format, std::filesystem::path folder)
      : format_(format), folder_(std::move(folder)) {
    create_folder(folder_);
  }

  void write(const PageRecord& record) override {
    // A document that follows itself was given twice: its pages begin anew.
    const bool same = file_ && record.document == document_ && record.page_number > last_page_;
    if (!same) finish();
    if (!record.page_number) return;  // a document that failed has no pages to show
    if (!same) begin(record);
    file_->write(format_.page(record, /*first=*/!same));
    last_page_ = record.page_number;
  }

  void finish() override {
    if (!file_) return;
    file_->write(format_.end());
    file_->commit();
    file_.reset();
  }

 private:
  void begin(const PageRecord& record) {
    document_ = record.document;
    const std::filesystem::path target = folder_ / unused_name(record.document);
    create_folder(target.parent_path());
    file_.emplace(target);
    file_->write(format_.begin(record));
  }

  // Different documents can map to one name (/a.pdf and a.pdf); the later one gets a number.
  std::filesystem::path unused_name(const std::string& document) {
    std::string suffix = format_.suffix;
    for (int n = 2;; ++n) {
      const std::filesystem::path name = output_name(document, suffix);
      // Hashes only, as there may be millions: at worst a name gets a number without need.
      if (used_.insert(std::hash<std::string>()(name.string())).second) return name;
      suffix = '~' + std::to_string(n) + format_.suffix;
    }
  }

  static void create_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw OutputError("cannot create the folder " + folder.string() + ": " + error.message());
  }

  const PageFormat& format_;
  std::filesystem::path folder_;
  std::unordered_set<std::size_t> used_;
  std::string document_;
  std::optional<int> last_page_;
  std::optional<OutputFile> file_;
};

}  // namespace

std::filesystem::path output_name(const std::string& document, const std::string& suffix) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= document.size();) {
    const std::size_t end = std::min(document.find('/', start), document.size());
    const std::string part = document.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    parts.push_back(part == ".." ? "__" : part);
  }
  if (parts.empty()) parts.push_back("document");
  std::filesystem::path name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    name /= fit_name(parts[i], kMaxNameBytes - (last ? suffix.size() : 0)) + (last ? suffix : "");
  }
  return name;
}

std::unique_ptr<Writer> make_folder_writer(const std::string& format, const std::filesystem::path& folder) {
  const auto found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                  [&](const PageFormat& row) { return format == row.name; });
  if (found == std::end(kFormats)) throw std::invalid_argument("no output format is named " + format);
  return std::make_unique<FolderWriter>(*found, folder);
}

}  // namespace ocrbatch::io
