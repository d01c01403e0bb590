// A change of a zone: RRs that go and RRs that come. Everything that changes a zone makes one of these, and
// apply() makes the next version of it (content_writer.h): DESIGN 1.1.
// Thread rule: values.
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::zone {

/// RRs packed one after the other: no allocation for each.
class RecordList {
 public:
  struct Entry {
    uint32_t owner_at;
    uint32_t rdata_at;
    uint32_t ttl_s;
    uint16_t type;
    uint16_t rdata_size;
    uint8_t owner_size;
    bool is_soa() const { return type == dns::number(dns::RRType::kSoa); }
  };

  void add(dns::NameView owner, dns::RRType type, uint32_t ttl_s, Bytes rdata) {
    Entry entry{};
    if (!entries_.empty() && equal(this->owner(entries_.back()).bytes(), owner.bytes())) {
      entry.owner_at = entries_.back().owner_at;
    } else {
      entry.owner_at = put(owner.bytes());
    }
    entry.owner_size = static_cast<uint8_t>(owner.size());
    entry.rdata_at = put(rdata);
    entry.rdata_size = static_cast<uint16_t>(rdata.size());
    entry.type = dns::number(type);
    entry.ttl_s = ttl_s;
    entries_.push_back(entry);
  }

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  size_t memory_bytes() const { return bytes_.capacity() + entries_.capacity() * sizeof(Entry); }
  const std::vector<Entry>& entries() const { return entries_; }
  dns::NameView owner(const Entry& entry) const { return {bytes_.data() + entry.owner_at, entry.owner_size}; }
  Bytes rdata(const Entry& entry) const { return {bytes_.data() + entry.rdata_at, entry.rdata_size}; }

 private:
  uint32_t put(Bytes bytes) {
    const auto at = static_cast<uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return at;
  }
  std::vector<uint8_t> bytes_;
  std::vector<Entry> entries_;
};

struct Change {
  /// Each is in the version that the change is made for. What is applied does not look at the TTL; who keeps
  /// or sends the change (IXFR) wants it to be the TTL that the RR had.
  RecordList removed;
  RecordList added;  ///< the RRset takes the TTL of what is added
  bool empty() const { return removed.empty() && added.empty(); }
};

}  // namespace nomen::zone
