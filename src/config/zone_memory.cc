#include "config/zone_memory.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "config/outline.h"
#include "dns/hashed_name.h"

namespace nomen::config {

namespace {

/// So many statements in a row may be gone and the rest is still known by its order.
constexpr size_t kLookAhead = 64;
constexpr size_t kFetchAhead = 12;
/// Statements whose meaning is not all in their text.
constexpr std::string_view kLookElsewhere[] = {"database", "dlz", "key-directory", "dnssec-policy", "plugin"};

uint64_t hash_of(std::string_view text) {
  constexpr uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  uint64_t hash = dns::root_hash() ^ text.size();
  size_t at = 0;
  uint64_t word = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::memcpy(&word, text.data() + at, 8);
    hash = dns::fold_multiply(hash ^ word, kStep);
  }
  word = 0;
  std::memcpy(&word, text.data() + at, text.size() - at);
  return dns::fold_multiply(hash ^ word, kStep ^ 0xD6E8FEB86659FD93ULL);
}

uint64_t hash_of(dns::NameView name) {
  dns::HashedName hashed;
  hashed.assign(name);
  return hashed.full_hash();
}

bool means_what_it_says(const Node& zone) {
  const Nodes block = zone.block();
  return std::none_of(std::begin(kLookElsewhere), std::end(kLookElsewhere),
                      [&](std::string_view word) { return find(block, word) != nullptr; });
}

}  // namespace

ZoneRecall::View& ZoneRecall::here() {
  if (views_.size() <= view_) views_.resize(view_ + 1);
  return views_[view_];
}

size_t ZoneRecall::knows_next(std::string_view text) {
  if (!use_known_ || view_ >= memory_.views_.size()) return 0;
  const std::vector<ZoneMemory::Entry>& entries = memory_.views_[view_];
  View& view = here();
  const size_t next = view.known.empty() ? 0 : view.known.back() + size_t{1};
  if (next >= entries.size() || entries[next].size > text.size()) return 0;
  // The same bytes from the same place on are the same statement, wherever it ends.
  if (hash_of(text.substr(0, entries[next].size)) != entries[next].text) return 0;
  view.known.push_back(static_cast<uint32_t>(next));
  return entries[next].size;
}

bool ZoneRecall::knows(std::string_view text) {
  if (!use_known_ || view_ >= memory_.views_.size()) return false;
  const std::vector<ZoneMemory::Entry>& entries = memory_.views_[view_];
  View& view = here();
  const size_t next = view.known.empty() ? 0 : view.known.back() + size_t{1};
  const uint64_t hash = hash_of(text);
  for (size_t at = next; at < std::min(entries.size(), next + kLookAhead); at++) {
    if (entries[at].text != hash) continue;
    view.known.push_back(static_cast<uint32_t>(at));
    return true;
  }
  return false;
}

void ZoneRecall::note(std::string_view text, const Node* statement, uint32_t last_line) {
  here().noted.push_back({hash_of(text), text.size(), statement, last_line});
}

/// Whether all is so ordinary that statements can be told by their text.
bool ZoneRecall::is_plain(const Tree& tree, const Diagnostics& diagnostics, const Config& config) const {
  const size_t views = std::max<size_t>(1, config.outline.views.size());
  if (config.views.size() != views || views_.size() > views) return false;
  size_t noted = 0, built = 0;
  for (const View& view : views_) noted += view.noted.size();
  for (const config::View& view : config.views) {
    built += view.zones.size();
    if (std::any_of(view.zones.begin(), view.zones.end(),
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
  if (!(config.outline == memory_.outline_) || !is_plain(tree, {}, config)) return false;
  for (size_t i = 0; i < views_.size(); i++) {
    if (views_[i].known.empty()) continue;
    const std::vector<ZoneMemory::Entry>& entries = memory_.views_[i];
    std::vector<ZonePtr>& zones = config.views[i].zones;
    std::unordered_set<uint64_t> names;
    for (const ZonePtr& zone : zones) names.insert(hash_of(zone->name()));
    std::vector<ZonePtr> all;
    all.reserve(views_[i].known.size() + zones.size());
    for (const uint32_t known : views_[i].known) {
      // The count of who shares it stands beside the zone; of 100,000 few are in the cache.
      if (known + kFetchAhead < entries.size()) __builtin_prefetch(entries[known + kFetchAhead].zone.get());
      if (!names.empty() && names.contains(entries[known].name)) return false;
      all.push_back(entries[known].zone);
    }
    all.insert(all.end(), zones.begin(), zones.end());
    zones = std::move(all);
  }
  return true;
}

void ZoneRecall::remember(const Tree& tree, const Diagnostics& diagnostics, const Config& config) {
  std::vector<std::vector<ZoneMemory::Entry>> views(config.views.size());
  // After complete() the known zones stand in front of the others.
  Config only_new;
  only_new.outline = {};
  for (size_t i = 0; i < config.views.size(); i++) {
    const size_t skipped = i < views_.size() ? views_[i].known.size() : 0;
    config::View& view = only_new.views.emplace_back();
    view.zones.assign(config.views[i].zones.begin() + static_cast<std::ptrdiff_t>(skipped),
                      config.views[i].zones.end());
  }
  only_new.outline.views.resize(config.outline.views.size());
  if (!is_plain(tree, diagnostics, only_new)) {
    memory_ = ZoneMemory{};
    return;
  }
  for (size_t i = 0; i < views_.size(); i++) {
    std::vector<ZoneMemory::Entry>& entries = views[i];
    entries.reserve(views_[i].known.size() + views_[i].noted.size());
    for (const uint32_t at : views_[i].known) entries.push_back(std::move(memory_.views_[i][at]));
    for (size_t n = 0; n < views_[i].noted.size(); n++) {
      const Noted& noted = views_[i].noted[n];
      const ZonePtr& zone = only_new.views[i].zones[n];
      if (means_what_it_says(*noted.statement))
        entries.push_back({noted.text, hash_of(zone->name()), noted.size, zone});
    }
  }
  memory_.views_ = std::move(views);
  memory_.outline_ = config.outline;
}

}  // namespace nomen::config
