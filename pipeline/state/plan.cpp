#include "pipeline/state/plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "io/sha256.h"
#include "pipeline/state/page_list.h"

namespace ocrbatch::pipeline {
namespace {

// What may be otherwise an hour later although the file is the same.
bool is_passing(const std::string& code) {
  static const std::array<std::string, 5> kPassing = {
      io::error_code_name(io::ErrorCode::kNotFound), io::error_code_name(io::ErrorCode::kUnreadable),
      io::error_code_name(io::ErrorCode::kEmpty), io::error_code_name(io::ErrorCode::kOutOfMemory),
      io::error_code_name(io::ErrorCode::kInternal)};
  return std::ranges::find(kPassing, code) != kPassing.end();
}

class Planner {
 public:
  Planner(StateFile& state, const IncrementOptions& options, const std::vector<PageRange>& pages,
          const std::string& settings)
      : state_(state), options_(options), pages_(pages), settings_(settings) {}

  void add(InputFile file) {
    sha256_.reset();
    PlannedDocument document = decide(file);
    count(document);
    if (document.action == Action::kRead) plan_.to_read.push_back(file);
    file.pages_before = 0;
    plan_.files.push_back(std::move(file));
    plan_.documents.push_back(document);
  }

  Plan take() { return std::move(plan_); }

 private:
  PlannedDocument decide(InputFile& file) {
    PlannedDocument document;
    const auto known = state_.find(file.document);
    if (known) document.place = known->place;
    if (resume(file, document)) return document;
    if (known) {
      decide_known(file, *known, document);
    } else {
      read_or_move(file, Reason::kNew, document);
    }
    return document;
  }

  // Goes on where a run that did not end has stopped; false when that is of no use.
  bool resume(InputFile& file, PlannedDocument& document) {
    const auto journal = state_.journal().find(file.document);
    if (!journal) return false;
    const std::vector<JournalPage> pages = state_.journal().pages(journal->id);
    const auto failures =
        std::ranges::count_if(pages, [](const JournalPage& page) { return !page.code.empty(); });
    if (!is_same_file(file, journal->stamp, journal->sha256) || !is_usable(*journal, pages)) {
      plan_.unusable.push_back(journal->id);
      return false;
    }
    document.journal = journal->id;
    const bool whole = !journal->page_count || pages.size() == numbers(*journal->page_count).size();
    document.action = whole ? Action::kResumed : Action::kRead;
    if (!whole) file.pages_before = pages.back().page;
    if (!whole) document.reason = document.place < 0 ? Reason::kNew : Reason::kChanged;
    ++plan_.summary.resumed;
    plan_.summary.resumed_pages += journal->page_count ? pages.size() : 0;
    plan_.summary.resumed_failures += static_cast<std::uint64_t>(failures);
    if (!journal->page_count) ++plan_.summary.resumed_failed_documents;
    return true;
  }

  // Its pages are the first of those that this run would read, in the same way.
  bool is_usable(const JournalDocument& journal, const std::vector<JournalPage>& pages) const {
    const bool failed_only =
        std::ranges::all_of(pages, [](const JournalPage& page) { return !page.code.empty(); });
    const bool same_settings = journal.settings == settings_ || (journal.settings.empty() && failed_only);
    if (pages.empty() || !same_settings) return false;
    if (!journal.page_count) return !is_passing(pages.front().code);
    const std::vector<int> wanted = numbers(*journal.page_count);
    return pages.size() <= wanted.size() &&
           std::ranges::equal(pages, std::vector<int>(wanted.begin(), wanted.begin() + std::ssize(pages)), {},
                              &JournalPage::page);
  }

  void decide_known(const InputFile& file, const KnownDocument& known, PlannedDocument& document) {
    const bool holds_pages = known.error_code.empty();
    if (!file.stamp && holds_pages && !options_.prune) {
      ++plan_.summary.missing;
      keep(known, document);
    } else if (options_.force) {
      document.reason = Reason::kForced;
    } else if (!file.stamp || !is_same_file(file, known.stamp, known.sha256)) {
      read_or_move(file, is_passing(known.error_code) && !file.stamp ? Reason::kFailed : Reason::kChanged,
                   document);
    } else {
      document.stamp_is_new = file.stamp != known.stamp;
      decide_same(known, document);
      // Records that were put into the output by others may lack pages.
      if (document.action == Action::kKeep && !known.stamp && !has_wanted_pages(known))
        read(document, Reason::kChanged);
    }
    const bool told_to = options_.force || options_.retry;
    if (document.action == Action::kRead && is_passing(known.error_code) && !told_to)
      plan_.failed_before[file.document] = known.error_code;
  }

  // Records of the same content are there: are they good enough?
  void decide_same(const KnownDocument& known, PlannedDocument& document) {
    const bool failed = known.failed_pages > 0 || !known.error_code.empty();
    const bool out_of_date = !is_current(known);
    if (is_passing(known.error_code) || (failed && options_.retry)) return read(document, Reason::kFailed);
    if (out_of_date && options_.update) return read(document, Reason::kOutOfDate);
    if (out_of_date) ++plan_.summary.out_of_date;
    keep(known, document);
  }

  // A file that is not the one that was read under this name: perhaps it was under another.
  void read_or_move(const InputFile& file, Reason reason, PlannedDocument& document) {
    read(document, reason);
    if (options_.force || !file.stamp || !state_.may_know_content_of(file.stamp->size_bytes)) return;
    const std::string& sha256 = content(file);
    if (sha256.empty()) return;
    const auto known = state_.find_content(file.stamp->size_bytes, sha256, settings_);
    if (!known || (!known->stamp && !has_wanted_pages(*known))) return;
    decide_same(*known, document);
    if (document.action != Action::kKeep) return;
    document.action = Action::kMove;
    document.source = known->place;
  }

  void keep(const KnownDocument& known, PlannedDocument& document) {
    document.action = Action::kKeep;
    document.reason = Reason::kNone;
    plan_.summary.failed_before_pages += static_cast<std::uint64_t>(known.failed_pages);
    if (!known.error_code.empty()) ++plan_.summary.failed_before_documents;
  }
  static void read(PlannedDocument& document, Reason reason) {
    document.action = Action::kRead;
    document.reason = reason;
  }

  // A file that failed as a whole has no model and no settings that could be others.
  bool is_current(const KnownDocument& known) const {
    if (!known.error_code.empty()) return true;
    const bool failed_only = known.failed_pages == known.records;
    const bool same_settings = known.settings == settings_ || (known.settings.empty() && failed_only);
    return same_settings && has_wanted_pages(known);
  }

  bool has_wanted_pages(const KnownDocument& known) const {
    if (pages_.empty()) return known.pages.empty();
    return !known.page_count || known.pages == page_list(numbers(*known.page_count), *known.page_count);
  }

  std::vector<int> numbers(int page_count) const {
    std::vector<int> pages = select_pages(pages_, page_count);
    for (int& page : pages) ++page;
    return pages;
  }

  bool is_same_file(const InputFile& file, const std::optional<FileStamp>& stamp, const std::string& sha256) {
    if (stamp && file.stamp == stamp) return true;
    if (!file.stamp || sha256.empty()) return false;
    if (stamp && stamp->size_bytes != file.stamp->size_bytes) return false;
    return content(file) == sha256;
  }

  // Empty when it cannot be read.
  const std::string& content(const InputFile& file) {
    if (!sha256_) {
      auto digest = io::sha256_of_file(file.path);
      sha256_ = digest ? std::move(digest).value() : std::string();
    }
    return *sha256_;
  }

  void count(const PlannedDocument& document) {
    IncrementSummary& summary = plan_.summary;
    ++summary.listed;
    if (document.action == Action::kKeep) ++summary.kept;
    if (document.action == Action::kMove) ++summary.moved;
    if (document.action != Action::kRead) return;
    switch (document.reason) {
      case Reason::kNone:
      case Reason::kNew:
        ++summary.read_new;
        break;
      case Reason::kChanged:
        ++summary.read_changed;
        break;
      case Reason::kOutOfDate:
        ++summary.read_out_of_date;
        break;
      case Reason::kFailed:
      case Reason::kForced:
        ++summary.read_again;
        break;
    }
  }

  StateFile& state_;
  const IncrementOptions options_;
  const std::vector<PageRange>& pages_;
  const std::string& settings_;
  Plan plan_;
  std::optional<std::string> sha256_;  // of the file at hand, once it was needed
};

}  // namespace

const char* reason_name(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      break;
    case Reason::kNew:
      return "new";
    case Reason::kChanged:
      return "changed";
    case Reason::kOutOfDate:
      return "out of date";
    case Reason::kFailed:
      return "failed before";
    case Reason::kForced:
      return "forced";
  }
  return "";
}

Plan make_plan(std::vector<InputFile> files, StateFile& state, const IncrementOptions& options,
               const std::vector<PageRange>& pages, const std::string& settings,
               const std::atomic<bool>& stop) {
  Planner planner(state, options, pages, settings);
  for (InputFile& file : files) {
    if (stop) break;
    planner.add(std::move(file));
  }
  return planner.take();
}

}  // namespace ocrbatch::pipeline
