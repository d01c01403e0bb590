// Things kept by domain name and found by the longest match: a view's zones. Immutable like Index: a copy
// shares everything, and a writer changes its copy at the cost of the change, not of the table.
// Thread rule: a published table is constant; a writer works on its own copy.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/contract.h"
#include "dns/hashed_name.h"
#include "zone/index.h"

namespace nomen::zone {

/// Entry has `dns::NameView apex() const` and `uint64_t apex_hash() const`, the hash of that name
/// (hashed_name.h). Names are told apart by these 64 bits under a secret seed.
template <class Entry>
class NameTable {
 public:
  using EntryPtr = std::shared_ptr<const Entry>;

  size_t size() const { return index_.size(); }

  /// Makes room for about so many entries in an empty table, so that it need not grow.
  void reserve(size_t expected) {
    if (index_.size() == 0) index_ = Index(expected);
  }

  /// The entry whose name is the longest suffix of `name` with at most `max_labels` labels, or nullptr.
  const Entry* find_longest(const dns::HashedName& name, size_t max_labels) const {
    for (size_t labels = deepest_below(std::min<size_t>(max_labels, name.labels) + 1); labels != kNoDepth;
         labels = deepest_below(labels)) {
      if (const Entry* entry = find(name, labels)) return entry;
    }
    return nullptr;
  }
  /// The same for the whole name, where the entry may well be `likely` (or nullptr), one of this table's: the
  /// questions of a batch are mostly for one zone.
  const Entry* find_longest_near(const dns::HashedName& name, const Entry* likely) const {
    if (likely != nullptr) {
      // Mostly all names of a table have as many labels.
      const size_t deepest = name.labels >= deepest_ ? deepest_ : deepest_below(name.labels + 1U);
      if (deepest != kNoDepth && name.hash[deepest] == likely->apex_hash()) return likely;
    }
    return find_longest(name, name.labels);
  }
  const Entry* find_exact(const dns::HashedName& name) const {
    return depths_[name.labels] == 0 ? nullptr : find(name, name.labels);
  }
  const Entry* find_exact(dns::NameView name) const {
    dns::HashedName hashed;
    hashed.assign(name);
    return find_exact(hashed);
  }

  /// Adds an entry, or puts it in the place of the one with its name.
  void put(EntryPtr entry) {
    const uint64_t hash = entry->apex_hash();
    const Ref existing = find_ref(hash);
    if (existing != 0) {
      slot(existing) = std::move(entry);
      return;
    }
    const size_t labels = entry->apex().label_count();
    if (free_.empty()) {
      pages_.push_back(std::make_shared<Page>());
      const auto first = static_cast<Ref>((pages_.size() - 1) * kPageEntries);
      for (size_t i = kPageEntries; i-- > 0;) free_.push_back(first + static_cast<Ref>(i) + 1);
    }
    const Ref ref = free_.back();
    free_.pop_back();
    slot(ref) = std::move(entry);
    if (depths_[labels]++ == 0) depth_mask_[labels / 64] |= uint64_t{1} << (labels % 64);
    deepest_ = deepest_below(dns::kMaxLabels);
    index_.insert(hash, ref, [this](Ref other) { return at(other).apex_hash(); });
  }
  /// Takes the entry with this name out; false when there is none.
  bool remove(dns::NameView apex) {
    dns::HashedName name;
    name.assign(apex);
    const Ref ref = find_ref(name.full_hash());
    if (ref == 0) return false;
    index_.remove(name.full_hash(), ref);
    if (--depths_[name.labels] == 0) depth_mask_[name.labels / 64] &= ~(uint64_t{1} << (name.labels % 64));
    deepest_ = deepest_below(dns::kMaxLabels);
    slot(ref) = nullptr;
    free_.push_back(ref);
    return true;
  }

  /// visit(const EntryPtr&) for each, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    index_.for_each(
        [&](Ref ref) { visit(pages_[(ref - 1) / kPageEntries]->entries[(ref - 1) % kPageEntries]); });
  }

  /// Fetches what find_longest will look at first, for a table of one depth below `name`.
  void prefetch(const dns::HashedName& name) const {
    const size_t labels = deepest_below(name.labels + 1U);
    if (labels != kNoDepth) index_.prefetch(name.hash[labels]);
  }

 private:
  static constexpr size_t kPageEntries = 64;
  struct Page {
    std::array<EntryPtr, kPageEntries> entries;
  };

  static constexpr size_t kNoDepth = SIZE_MAX;
  /// The greatest number of labels below `bound` that any entry has.
  size_t deepest_below(size_t bound) const {
    if (bound > 64) {
      const uint64_t high =
          bound >= 128 ? depth_mask_[1] : depth_mask_[1] & ((uint64_t{1} << (bound - 64)) - 1);
      if (high != 0) return 127 - static_cast<size_t>(__builtin_clzll(high));
      bound = 64;
    }
    const uint64_t low = bound == 64 ? depth_mask_[0] : depth_mask_[0] & ((uint64_t{1} << bound) - 1);
    return low == 0 ? kNoDepth : 63 - static_cast<size_t>(__builtin_clzll(low));
  }

  const Entry& at(Ref ref) const {
    return *pages_[(ref - 1) / kPageEntries]->entries[(ref - 1) % kPageEntries];
  }
  EntryPtr& slot(Ref ref) {
    auto& page = pages_[(ref - 1) / kPageEntries];
    if (page.use_count() > 1) page = std::make_shared<Page>(*page);
    return page->entries[(ref - 1) % kPageEntries];
  }
  Ref find_ref(uint64_t hash) const {
    return index_.find(hash, [&](Ref ref) { return at(ref).apex_hash() == hash; });
  }
  const Entry* find(const dns::HashedName& name, size_t labels) const {
    const Ref ref = find_ref(name.hash[labels]);
    return ref == 0 ? nullptr : &at(ref);
  }

  Index index_;
  std::vector<std::shared_ptr<Page>> pages_;
  std::vector<Ref> free_;
  std::array<uint32_t, dns::kMaxLabels> depths_{};  ///< entries by number of labels
  std::array<uint64_t, 2> depth_mask_{};            ///< a bit for each number of labels that has entries
  size_t deepest_ = kNoDepth;                       ///< the greatest of these
};

}  // namespace nomen::zone
