// The RRs of one name, collected and put in order before they are written as a node (node.h).
// Thread rule: belongs to one writer.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "dns/types.h"
#include "zone/arena.h"
#include "zone/node.h"

namespace nomen::zone {

class NodeDraft {
 public:
  struct Item {
    uint32_t key;  ///< orders by type, signatures behind what they cover
    uint32_t ttl_s;
    uint32_t order;  ///< as they came: the last RR's TTL is the RRset's; kRemoved: arrange() drops it
    uint32_t line;   ///< in the master file, for messages
    Bytes rdata;     ///< lives until the node is written
  };

  /// What a node can count. Above this write() takes the first ones; check_draft() of the writer calls it an
  /// error.
  static constexpr size_t kMostRRs = 65535;
  static constexpr size_t kMostRRsets = 65535;

  /// The RRs of one type, adjacent in items(). After arrange().
  struct Set {
    uint32_t key;
    uint32_t ttl_s;
    uint32_t first;   ///< of its items,
    uint32_t count;   ///< how many they are, perhaps more than kMostRRs,
    uint32_t latest;  ///< and the one that came last
    uint32_t bytes;   ///< of data (node.h)
    /// Those that are written.
    size_t written() const { return std::min<size_t>(count, kMostRRs); }
  };

  /// A draft of nothing; the memory of what it is used for is used again.
  NodeDraft() = default;

  /// For the names of another zone. `apex` is its name and outlives the use.
  void begin(dns::RRClass rr_class, dns::NameView apex) {
    rr_class_ = rr_class;
    apex_ = apex;
    clear();
  }
  void clear() {
    items_.clear();
    sets_.clear();
    sorted_ = 0;
    has_removed_ = false;
    ttl_key_ = kNoKey;
  }
  bool empty() const { return items_.empty(); }
  const std::vector<Item>& items() const { return items_; }
  const std::vector<Set>& sets() const { return sets_; }

  void add(dns::RRType type, uint32_t ttl_s, Bytes rdata, uint32_t line) {
    items_.push_back({key_of(type, rdata), ttl_s, static_cast<uint32_t>(items_.size()), line, rdata});
  }
  /// To an empty draft.
  void add_all(NodeView node);
  /// Takes one RR out; false when it is not there.
  bool remove(dns::RRType type, Bytes rdata);
  /// Gives all RRs of the RRset this TTL; those that are added from now on must have it too, or another call.
  void set_ttl(dns::RRType type, Bytes rdata, uint32_t ttl_s);

  /// Sorts and drops duplicates (RFC 2181 5), of which the first one's rdata and the last one's TTL stay;
  /// returns how many were dropped.
  size_t arrange();
  /// How many RRs are written. After arrange().
  uint64_t record_count() const;
  /// The flags that follow from the RRsets themselves. After arrange().
  uint8_t flags(bool is_apex) const;
  /// Appends the node to the arena; `labels` is not in a chunk of the arena that could move. After arrange().
  Ref write(Arena& arena, Bytes labels, uint8_t flags, uint32_t children) const;

  static dns::RRType type_of(uint32_t key) {
    return (key & 1) != 0 ? dns::RRType::kRrsig : static_cast<dns::RRType>(key >> 1);
  }

 private:
  static uint32_t key_of(dns::RRType type, Bytes rdata) {
    if (type == dns::RRType::kRrsig && rdata.size() >= 2) return uint32_t{load_u16(rdata.data())} << 1 | 1;
    return uint32_t{dns::number(type)} << 1;
  }
  std::strong_ordering compare(const Item& a, const Item& b) const;
  std::span<const Set> written_sets() const {
    return std::span(sets_).first(std::min(sets_.size(), kMostRRsets));
  }
  bool is_in_order() const;
  size_t sort();
  void cut_sets();
  uint8_t* write_set(const Set& set, Bytes labels, uint8_t* p) const;
  bool before(const Item& a, const Item& b) const;
  bool same(const Item& a, const Item& b) const { return compare(a, b) == 0; }

  static constexpr uint32_t kNoKey = UINT32_MAX;
  static constexpr uint32_t kRemoved = UINT32_MAX;
  dns::RRClass rr_class_ = dns::RRClass::kIn;
  dns::NameView apex_;
  std::vector<Item> items_;
  std::vector<Set> sets_;
  bool has_removed_ = false;
  size_t sorted_ = 0;          ///< so many items came with add_all(): they are in order
  uint32_t ttl_key_ = kNoKey;  ///< of the RRset that set_ttl() was last called for,
  uint32_t ttl_s_ = 0;         ///< and its TTL
};

}  // namespace nomen::zone
