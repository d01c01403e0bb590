#include "config/zone_memory.h"

#include <algorithm>
#include <bitset>
#include <unordered_map>
#include <unordered_set>

#include "base/fetch_line.h"
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

/// The names of zones that are not known from before.
class NewNames {
 public:
  explicit NewNames(const ZoneList& zones) {
    for (const ZonePtr& zone : zones) {
      const uint64_t hash = hash_of_name(zone->name());
      some_.set(static_cast<uint16_t>(hash));
      hashes_.insert(hash);
    }
  }
  /// Of few zones more is asked than their marks.
  bool contain(const ZoneMemory::Mark& mark, const ZoneMemory::Entry& known) const {
    return some_.test(mark.name) && hashes_.contains(known.name);
  }

 private:
  std::bitset<UINT16_MAX + 1> some_;
  std::unordered_set<uint64_t> hashes_;
};

/// Gives one entry after the other of those that are known.
template <class Spans>
class KnownEntries {
 public:
  explicit KnownEntries(const Spans& spans) : span_(spans.begin()) {}
  size_t next() {
    const size_t entry = span_->first + passed_;
    skip(1);
    return entry;
  }
  void skip(size_t count) {
    for (passed_ += count; passed_ != 0 && passed_ >= span_->count; span_++) passed_ -= span_->count;
  }

 private:
  typename Spans::const_iterator span_;
  size_t passed_ = 0;
};

}  // namespace

/// The files of zones that are not known from before.
class ZoneRecall::NewFiles {
 public:
  /// Of all zones in `config`.
  explicit NewFiles(const Config& config) {
    for (const config::View& view : config.views) {
      for (const ZonePtr& zone : view.zones) {
        if (zone->file.empty()) continue;
        hashes_.set(short_hash(zone->file));
        written_[zone->file] |= zone->is_written();
      }
    }
  }
  /// Whether a zone has the same file as one of them, and one of the two writes it.
  bool share(const ZoneMemory::Mark& mark, const ZoneMemory::Entry& known) const {
    if (!hashes_.test(mark.file)) return false;
    const auto same = written_.find(known.zone->file);
    return same != written_.end() && (same->second || known.zone->is_written());
  }

 private:
  std::bitset<UINT16_MAX + 1> hashes_;
  std::unordered_map<std::string_view, bool> written_;  ///< whether one of them writes it
};

void ZoneRecall::View::knows(size_t first, size_t count) {
  if (known.empty() || next() != first) known.push_back({static_cast<uint32_t>(first), 0});
  known.back().count += static_cast<uint32_t>(count);
  known_count += count;
}

std::optional<ZoneMemory::Run> ZoneRecall::Growing::take(std::string_view statement, const char* end_of_file,
                                                         size_t last) {
  const char* const from = statement.data();
  const bool follows = count != 0 && file_end == end_of_file && from >= end &&
                       std::all_of(end, from, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  if (!follows) {
    begin = from;
    file_end = end_of_file;
    count = 0;
  }
  end = from + statement.size();
  if (++count < kRunStatements) return std::nullopt;
  count = 0;
  const std::string_view all(begin, static_cast<size_t>(end - begin));
  return ZoneMemory::Run{.text = hash_of_long_text(all),
                         .size = all.size(),
                         .first = static_cast<uint32_t>(last + 1 - kRunStatements),
                         .count = kRunStatements,
                         .lines = static_cast<uint32_t>(std::count(all.begin(), all.end(), '\n')),
                         .zones = nullptr};
}

ZoneRecall::View& ZoneRecall::here() {
  if (views_.size() <= view_) views_.resize(view_ + 1);
  return views_[view_];
}

/// The run that begins with the next entry, if `text` does, too.
const ZoneMemory::Run* ZoneRecall::known_run(View& view, std::string_view text) const {
  const std::vector<ZoneMemory::Run>& runs = memory_.views_[view_].runs;
  const size_t next = view.next();
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
  // The same bytes from the same place on are the same statements, wherever they end.
  if (const ZoneMemory::Run* const run = known_run(view, text)) {
    view.runs.push_back(*run);
    view.runs.back().first = static_cast<uint32_t>(view.known_count);
    view.knows(run->first, run->count);
    return {run->size, run->lines};
  }
  const size_t next = view.next();
  if (next >= entries.size() || entries[next].size > text.size()) return {};
  const std::string_view statement = text.substr(0, entries[next].size);
  if (hash_of_text(statement) != entries[next].text) return {};
  auto run = view.growing_known.take(statement, text.data() + text.size(), view.known_count);
  if (run) view.runs.push_back(*std::move(run));
  view.knows(next, 1);
  return {statement.size(), std::nullopt};
}

bool ZoneRecall::knows(std::string_view text) {
  if (!use_known_ || view_ >= memory_.views_.size()) return false;
  const std::vector<ZoneMemory::Entry>& entries = memory_.views_[view_].entries;
  View& view = here();
  const size_t next = view.next();
  const uint64_t hash = hash_of_text(text);
  for (size_t at = next; at < std::min(entries.size(), next + kLookAhead); at++) {
    if (entries[at].text != hash) continue;
    view.knows(at, 1);
    return true;
  }
  return false;
}

void ZoneRecall::note(std::string_view text, const Node* statement, uint32_t last_line, size_t left) {
  View& view = here();
  std::vector<Noted>& noted = view.noted;
  auto run = view.growing_noted.take(text, text.data() + text.size() + left, noted.size());
  if (run) view.noted_runs.push_back(*std::move(run));
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
    const ZoneList& zones = config.views[i].zones;
    const size_t known = with_known && i < views_.size() ? views_[i].known_count : 0;
    built += zones.size() - known;
    if (std::any_of(zones.at(known), zones.end(),
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

/// Whether no known zone has the name of a new one of its view, nor writes the file of a new one or has it
/// written.
bool ZoneRecall::are_free(const ZoneMemory::View& memory, const View& recalled, const NewFiles& files,
                          const config::View& view) {
  const NewNames names(view.zones);
  for (const Known& known : recalled.known) {
    for (size_t at = known.first; at < size_t{known.first} + known.count; at++) {
      const ZoneMemory::Mark& mark = memory.marks[at];
      const ZoneMemory::Entry& entry = memory.entries[at];
      if (names.contain(mark, entry) || files.share(mark, entry)) return false;
    }
  }
  return true;
}

/// Puts the known zones in front of the new ones; a run that has no part of a list yet gets one.
void ZoneRecall::put_known(const ZoneMemory::View& memory, View& recalled, config::View& view) {
  ZoneList all;
  KnownEntries known(recalled.known);
  for (ZoneMemory::Run& run : recalled.runs) {
    while (all.size() < run.first) all.add(memory.entries[known.next()].zone);
    if (run.zones != nullptr) {
      known.skip(run.count);
    } else {
      run.zones = std::make_shared<ZoneList::Part>(run.count);
      for (ZonePtr& zone : *run.zones) zone = memory.entries[known.next()].zone;
    }
    all.add_part(run.zones);
  }
  while (all.size() < recalled.known_count) all.add(memory.entries[known.next()].zone);
  for (const ZonePtr& zone : view.zones) all.add(zone);
  view.zones = std::move(all);
  for (const Known& span : recalled.known) {
    for (size_t at = span.first; at < size_t{span.first} + span.count; at++) {
      if (!memory.marks[at].plain) view.particular.push_back(memory.entries[at].zone);
    }
  }
}

bool ZoneRecall::complete(const Tree& tree, Config& config) {
  if (!(config.outline == memory_.outline_) || !is_plain(tree, {}, config, false)) return false;
  if (std::all_of(views_.begin(), views_.end(), [](const View& view) { return view.known_count == 0; }))
    return true;
  const NewFiles files(config);
  for (size_t i = 0; i < views_.size(); i++) {
    if (views_[i].known_count == 0) continue;
    if (!are_free(memory_.views_[i], views_[i], files, config.views[i])) return false;
  }
  for (size_t i = 0; i < views_.size(); i++) {
    if (views_[i].known_count != 0) put_known(memory_.views_[i], views_[i], config.views[i]);
  }
  return true;
}

/// What is there again of what was there `before`, if anything was.
ZoneMemory::View ZoneRecall::kept(ZoneMemory::View* before, View& recalled) {
  ZoneMemory::View now;
  if (before == nullptr) return now;
  if (recalled.known_count == before->entries.size()) {
    now.entries = std::move(before->entries);
    now.marks = std::move(before->marks);
  } else {
    now.entries.reserve(recalled.known_count + recalled.noted.size());
    now.marks.reserve(recalled.known_count + recalled.noted.size());
    for (const Known& known : recalled.known) {
      for (size_t at = known.first; at < size_t{known.first} + known.count; at++)
        now.add(std::move(before->entries[at]), before->marks[at]);
    }
  }
  now.runs = std::move(recalled.runs);
  return now;
}

/// After complete() the known zones stand in front of the others in `view`.
void ZoneRecall::keep_noted(View& recalled, const config::View& view, ZoneMemory::View& now) {
  const std::vector<Noted>& noted = recalled.noted;
  const auto zone_at = [&](size_t k) {
    return view.zones.at(std::min(view.zones.size(), recalled.known_count + k));
  };
  // Statements and zones lie far apart, and a long name beside its zone.
  ZoneList::Iterator zone = zone_at(0), soon = zone_at(kFetchAhead), later = zone_at(2 * kFetchAhead);
  const Node* sure = nullptr;  // what was looked at last: those like it are no other
  auto run = recalled.noted_runs.begin();
  size_t run_first = 0;
  for (size_t k = 0; k < noted.size(); k++, ++zone) {
    if (k + 2 * kFetchAhead < noted.size()) {
      fetch_line(static_cast<const void*>(&noted[k + 2 * kFetchAhead].statement->pattern));
      fetch_line((later++)->get());
      fetch_line((*soon++)->name_wire.data());
    }
    if (run != recalled.noted_runs.end() && run->first == k) {
      run_first = now.entries.size();
      run->zones = ZoneList::part_from(zone, run->count);
    }
    const Node* const shape = &like(*noted[k].statement);
    if (shape == sure || means_what_it_says(*shape)) {
      sure = shape;
      const uint64_t name = hash_of_name((*zone)->name());
      now.add({noted[k].text, name, noted[k].size, *zone},
              {static_cast<uint16_t>(name), short_hash((*zone)->file), view.is_plain(**zone)});
    }
    if (run == recalled.noted_runs.end() || k + 1 != size_t{run->first} + run->count) continue;
    // A run is known if all of its statements are.
    if (now.entries.size() - run_first == run->count) {
      run->first = static_cast<uint32_t>(run_first);
      now.runs.push_back(std::move(*run));
    }
    ++run;
  }
}

void ZoneRecall::remember(const Tree& tree, const Diagnostics& diagnostics, const Config& config) {
  if (!is_plain(tree, diagnostics, config, true)) {
    memory_ = ZoneMemory{};
    return;
  }
  std::vector<ZoneMemory::View> views(config.views.size());
  for (size_t i = 0; i < views_.size(); i++) {
    views[i] = kept(views_[i].known_count != 0 ? &memory_.views_[i] : nullptr, views_[i]);
    keep_noted(views_[i], config.views[i], views[i]);
  }
  memory_.views_ = std::move(views);
  memory_.outline_ = config.outline;
}

}  // namespace nomen::config
