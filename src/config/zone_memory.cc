#include "config/zone_memory.h"

#include <algorithm>
#include <bitset>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "config/outline.h"
#include "config/text_hash.h"
#include "config/zone_pattern.h"

namespace nomen::config {

namespace {

/// So many statements in a row may be gone and the rest is still known by its order.
constexpr size_t kLookAhead = 64;
constexpr size_t kFetchAhead = 12;
/// Statements of a run: where one of them has changed, the others are looked at one by one.
constexpr uint32_t kRunStatements = 64;
/// Statements whose meaning is not all in their text.
constexpr std::string_view kLookElsewhere[] = {"database", "dlz", "key-directory", "dnssec-policy", "plugin"};

bool means_what_it_says(const Node& zone) {
  const Nodes block = zone.block();
  return std::none_of(std::begin(kLookElsewhere), std::end(kLookElsewhere),
                      [&](std::string_view word) { return find(block, word) != nullptr; });
}

uint16_t short_hash(std::string_view text) {
  return static_cast<uint16_t>(hash_of_text(text));
}

/// The files of zones that are not known from before.
class NewFiles {
 public:
  /// Of all zones in `config`.
  explicit NewFiles(const Config& config) {
    for (const View& view : config.views) {
      for (const ZonePtr& zone : view.zones) {
        if (zone->file.empty()) continue;
        hashes_.set(short_hash(zone->file));
        written_[zone->file] |= zone->is_written();
      }
    }
  }
  /// Whether a zone has the same file as one of them, and one of the two writes it.
  bool share(uint16_t hash, const ZonePtr& known) const {
    if (!hashes_.test(hash)) return false;
    const auto same = written_.find(known->file);
    return same != written_.end() && (same->second || known->is_written());
  }

 private:
  std::bitset<UINT16_MAX + 1> hashes_;
  std::unordered_map<std::string_view, bool> written_;  ///< whether one of them writes it
};

}  // namespace

ZoneRecall::View& ZoneRecall::here() {
  if (views_.size() <= view_) views_.resize(view_ + 1);
  return views_[view_];
}

/// The run that begins with the entry `next`, if `text` does, too.
const ZoneMemory::Run* ZoneRecall::known_run(View& view, size_t next, std::string_view text) const {
  const std::vector<ZoneMemory::Run>& runs = memory_.views_[view_].runs;
  while (view.next_run < runs.size() && runs[view.next_run].first < next) view.next_run++;
  if (view.next_run == runs.size()) return nullptr;
  const ZoneMemory::Run& run = runs[view.next_run];
  if (run.first != next || run.size > text.size()) return nullptr;
  return hash_of_long_text(text.substr(0, run.size)) == run.text ? &run : nullptr;
}

ZoneRecall::Passed ZoneRecall::knows_next(std::string_view text) {
  if (!use_known_ || view_ >= memory_.views_.size()) return {};
  const std::vector<ZoneMemory::Entry>& entries = memory_.views_[view_].entries;
  View& view = here();
  const size_t next = view.known.empty() ? 0 : view.known.back() + size_t{1};
  // The same bytes from the same place on are the same statements, wherever they end.
  if (const ZoneMemory::Run* const run = known_run(view, next, text)) {
    view.runs.push_back(*run);
    view.runs.back().first = static_cast<uint32_t>(view.known.size());
    for (uint32_t i = 0; i < run->count; i++) view.known.push_back(run->first + i);
    view.count = 0;
    return {run->size, run->lines};
  }
  if (next >= entries.size() || entries[next].size > text.size()) return {};
  const std::string_view statement = text.substr(0, entries[next].size);
  if (hash_of_text(statement) != entries[next].text) return {};
  view.known.push_back(static_cast<uint32_t>(next));
  grow_run(view, statement, text.data() + text.size());
  return {statement.size(), std::nullopt};
}

void ZoneRecall::grow_run(View& view, std::string_view statement, const char* file_end) {
  const char* const begin = statement.data();
  const bool follows =
      view.count != 0 && view.file_end == file_end && begin >= view.end &&
      std::all_of(view.end, begin, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  if (!follows) {
    view.begin = begin;
    view.file_end = file_end;
    view.count = 0;
  }
  view.end = begin + statement.size();
  view.count++;
  if (view.count < kRunStatements) return;
  const std::string_view all(view.begin, static_cast<size_t>(view.end - view.begin));
  view.runs.push_back({hash_of_long_text(all), all.size(),
                       static_cast<uint32_t>(view.known.size() - view.count), view.count,
                       static_cast<uint32_t>(std::count(all.begin(), all.end(), '\n'))});
  view.count = 0;
}

bool ZoneRecall::knows(std::string_view text) {
  if (!use_known_ || view_ >= memory_.views_.size()) return false;
  const std::vector<ZoneMemory::Entry>& entries = memory_.views_[view_].entries;
  View& view = here();
  view.count = 0;
  const size_t next = view.known.empty() ? 0 : view.known.back() + size_t{1};
  const uint64_t hash = hash_of_text(text);
  for (size_t at = next; at < std::min(entries.size(), next + kLookAhead); at++) {
    if (entries[at].text != hash) continue;
    view.known.push_back(static_cast<uint32_t>(at));
    return true;
  }
  return false;
}

void ZoneRecall::note(std::string_view text, const Node* statement, uint32_t last_line, size_t left) {
  View& view = here();
  view.count = 0;
  std::vector<Noted>& noted = view.noted;
  // The others may be like it: room for all of them at once.
  if (noted.size() == noted.capacity())
    noted.reserve(std::max(2 * noted.size(), noted.size() + 1 + left / text.size()));
  noted.push_back({hash_of_text(text), statement, static_cast<uint32_t>(text.size()), last_line});
}

/// Whether all is so ordinary that statements can be told by their text. `with_known`: the known zones stand
/// in front of the others in `config`.
bool ZoneRecall::is_plain(const Tree& tree, const Diagnostics& diagnostics, const Config& config,
                          bool with_known) const {
  const size_t views = std::max<size_t>(1, config.outline.views.size());
  if (config.views.size() != views || views_.size() > views) return false;
  size_t noted = 0, built = 0;
  for (const View& view : views_) noted += view.noted.size();
  for (size_t i = 0; i < views; i++) {
    std::span<const ZonePtr> zones = config.views[i].zones;
    if (with_known && i < views_.size()) zones = zones.subspan(views_[i].known.size());
    built += zones.size();
    if (std::any_of(zones.begin(), zones.end(),
                    [](const ZonePtr& zone) { return zone->type != ZoneType::kPrimary; }))
      return false;
  }
  if (noted != built) return false;
  for (const Diagnostic& diagnostic : diagnostics) {
    for (const View& view : views_) {
      if (std::any_of(view.noted.begin(), view.noted.end(), [&](const Noted& zone) {
            return diagnostic.position.line >= zone.statement->position.line &&
                   diagnostic.position.line <= zone.last_line &&
                   diagnostic.position.file == tree.files()[zone.statement->position.file];
          }))
        return false;
    }
  }
  return true;
}

bool ZoneRecall::complete(const Tree& tree, Config& config) const {
  if (!(config.outline == memory_.outline_) || !is_plain(tree, {}, config, false)) return false;
  if (std::all_of(views_.begin(), views_.end(), [](const View& view) { return view.known.empty(); }))
    return true;
  const NewFiles files(config);
  for (size_t i = 0; i < views_.size(); i++) {
    if (views_[i].known.empty()) continue;
    const std::vector<ZoneMemory::Entry>& entries = memory_.views_[i].entries;
    std::vector<ZonePtr>& zones = config.views[i].zones;
    std::unordered_set<uint64_t> names;
    for (const ZonePtr& zone : zones) names.insert(hash_of_name(zone->name()));
    std::vector<ZonePtr> all;
    all.reserve(views_[i].known.size() + zones.size());
    for (const uint32_t known : views_[i].known) {
      // The count of who shares it stands beside the zone; of 100,000 few are in the cache.
      if (known + kFetchAhead < entries.size()) __builtin_prefetch(entries[known + kFetchAhead].zone.get());
      if (!names.empty() && names.contains(entries[known].name)) return false;
      if (files.share(entries[known].file, entries[known].zone)) return false;
      all.push_back(entries[known].zone);
      if (!entries[known].plain) config.views[i].particular.push_back(entries[known].zone);
    }
    all.insert(all.end(), zones.begin(), zones.end());
    zones = std::move(all);
  }
  return true;
}

void ZoneRecall::remember(const Tree& tree, const Diagnostics& diagnostics, const Config& config) {
  if (!is_plain(tree, diagnostics, config, true)) {
    memory_ = ZoneMemory{};
    return;
  }
  std::vector<ZoneMemory::View> views(config.views.size());
  const Node* sure = nullptr;  // what was looked at last: those like it are no other
  for (size_t i = 0; i < views_.size(); i++) {
    std::vector<ZoneMemory::Entry>& entries = views[i].entries;
    const std::vector<uint32_t>& known = views_[i].known;
    if (!known.empty() && known.size() == memory_.views_[i].entries.size()) {
      entries = std::move(memory_.views_[i].entries);
    } else {
      entries.reserve(known.size() + views_[i].noted.size());
      for (const uint32_t at : known) entries.push_back(std::move(memory_.views_[i].entries[at]));
    }
    views[i].runs = std::move(views_[i].runs);
    // After complete() the known zones stand in front of the others.
    const ZonePtr* zone = config.views[i].zones.data() + views_[i].known.size();
    for (size_t k = 0; k < views_[i].noted.size(); k++) {
      const Noted& noted = views_[i].noted[k];
      if (k + 2 * kFetchAhead < views_[i].noted.size()) {
        // Statements and zones lie far apart, and a long name beside its zone.
        __builtin_prefetch(
            static_cast<const void*>(&views_[i].noted[k + 2 * kFetchAhead].statement->pattern));
        __builtin_prefetch(zone[2 * kFetchAhead].get());
        __builtin_prefetch(zone[kFetchAhead]->name_wire.data());
      }
      const Node* const shape = &like(*noted.statement);
      if (shape == sure || means_what_it_says(*shape)) {
        sure = shape;
        entries.push_back({noted.text, hash_of_name((*zone)->name()), noted.size,
                           config.views[i].is_plain(**zone), short_hash((*zone)->file), *zone});
      }
      zone++;
    }
  }
  memory_.views_ = std::move(views);
  memory_.outline_ = config.outline;
}

}  // namespace nomen::config
