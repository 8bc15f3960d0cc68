#include <algorithm>
#include <optional>
#include <stdexcept>

#include "io/output_names.h"
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

const PageFormat& find_format(const std::string& name) {
  const auto found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                  [&](const PageFormat& row) { return name == row.name; });
  if (found == std::end(kFormats)) throw std::invalid_argument("no output format is named " + name);
  return *found;
}

class FolderWriter : public Writer {
 public:
  FolderWriter(const PageFormat& format, std::filesystem::path folder, std::shared_ptr<OutputNames> names)
      : format_(format),
        folder_(std::move(folder)),
        names_given_(names != nullptr),
        names_(std::move(names)) {
    if (!names_given_) names_ = std::make_shared<OutputNames>(format_.suffix);
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
    if (!names_given_) names_->add(record.document);
    const std::filesystem::path target = folder_ / names_->of(record.document);
    create_folder(target.parent_path());
    file_.emplace(target);
    file_->write(format_.begin(record));
  }

  static void create_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw OutputError("cannot create the folder " + folder.string() + ": " + error.message());
  }

  const PageFormat& format_;
  std::filesystem::path folder_;
  const bool names_given_;
  std::shared_ptr<OutputNames> names_;
  std::string document_;
  std::optional<int> last_page_;
  std::optional<OutputFile> file_;
};

}  // namespace

std::unique_ptr<Writer> make_folder_writer(const std::string& format, const std::filesystem::path& folder,
                                           std::shared_ptr<OutputNames> names) {
  return std::make_unique<FolderWriter>(find_format(format), folder, std::move(names));
}

std::string folder_suffix(const std::string& format) {
  return find_format(format).suffix;
}

}  // namespace ocrbatch::io
