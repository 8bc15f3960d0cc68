#include "pipeline/state/order.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

namespace ocrbatch::pipeline {
namespace {

// Documents that the journal holds whole and the inputs do not lead to, by their place in the output; without
// one they are left in `elsewhere`, in the journal's order.
std::unordered_map<std::int64_t, std::int64_t> unlisted_in_journal(const Plan& plan, StateFile& state,
                                                                   std::vector<std::int64_t>& elsewhere) {
  std::unordered_set<std::int64_t> listed(plan.unusable.begin(), plan.unusable.end());
  for (const PlannedDocument& document : plan.documents)
    if (document.journal >= 0) listed.insert(document.journal);
  std::unordered_map<std::int64_t, std::int64_t> at_place;
  for (const JournalDocument& document : state.journal().all()) {
    if (listed.contains(document.id) || !document.finished) continue;
    const auto known = state.find(document.name);
    if (known) at_place.emplace(known->place, document.id);
    if (!known) elsewhere.push_back(document.id);
  }
  return at_place;
}

// Folders that could not be searched and were recorded as failures; now their documents are listed instead.
std::unordered_set<std::int64_t> folders_again(StateFile& state) {
  std::unordered_set<std::int64_t> places;
  std::error_code error;
  for (const auto& [place, name] : state.failed_documents())
    if (std::filesystem::is_directory(name, error)) places.insert(place);
  return places;
}

}  // namespace

Order make_order(Plan& plan, StateFile& state, bool prune) {
  const std::int64_t known = state.document_count();
  std::vector<std::int32_t> file_at(static_cast<std::size_t>(known), -1);
  for (std::size_t i = 0; i < plan.documents.size(); ++i)
    if (const std::int64_t place = plan.documents[i].place; place >= 0)
      file_at[static_cast<std::size_t>(place)] = static_cast<std::int32_t>(i);
  std::vector<std::int64_t> elsewhere;
  const auto overtaken = folders_again(state);
  const auto journal_at = unlisted_in_journal(plan, state, elsewhere);

  // Each unlisted document with the listed one that it follows (-1: it stands before them all), so that
  // sorting by that brings it to its place.
  Order order;
  std::vector<std::pair<std::int32_t, OrderedDocument>> unlisted;
  std::int32_t before = -1;
  for (std::int64_t place = 0; place < known; ++place) {
    if (const std::int32_t file = file_at[static_cast<std::size_t>(place)]; file >= 0) {
      before = file;
    } else if (overtaken.contains(place)) {
      continue;
    } else if (prune) {
      order.pruned.push_back(place);
    } else {
      const auto journal = journal_at.find(place);
      unlisted.push_back({before, {-1, place, journal == journal_at.end() ? -1 : journal->second}});
    }
  }
  std::ranges::stable_sort(unlisted, {}, &std::pair<std::int32_t, OrderedDocument>::first);
  auto next = unlisted.begin();
  const auto put_unlisted_after = [&](std::int32_t file) {
    for (; next != unlisted.end() && next->first == file; ++next) order.documents.push_back(next->second);
  };
  put_unlisted_after(-1);
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    order.documents.push_back({.file = static_cast<std::int32_t>(i)});
    put_unlisted_after(static_cast<std::int32_t>(i));
  }
  if (!prune)
    for (const std::int64_t id : elsewhere) order.documents.push_back({.journal = id});
  plan.summary.not_listed = unlisted.size() + (prune ? 0 : elsewhere.size());
  plan.summary.pruned = order.pruned.size();
  return order;
}

}  // namespace ocrbatch::pipeline
