// Finds out what a master file changes in a version that is there already. Each record read is looked up:
// one that the version has is ticked off (one bit for every two bytes of arena), one that it has not is added
// to the change. What was not ticked off in the end is removed.
// Thread rule: belongs to one thread.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "dns/master_file.h"
#include "zone/change.h"
#include "zone/content.h"
#include "zone/run_ttls.h"

namespace nomen::zone {

class Difference {
 public:
  explicit Difference(ContentPtr base);

  void add(const dns::RecordBatch& batch, Diagnostics& diagnostics);
  /// What leads from the base to what was added. Spent afterwards.
  Change finish();
  /// Memory of what the base does not have, so far.
  size_t new_bytes() const { return change_.added.memory_bytes(); }
  /// Hands on all that was added so far, in no order: for whoever finds that too little is common to both.
  /// Spent afterwards.
  void replay(const dns::ConsumeBatch& consume);

 private:
  /// An RRset that is too large to be walked for each RR of the file: its RRs, in canonical order.
  struct LargeSet {
    std::vector<Bytes> rrs;
    bool any_ticked = false;
  };

  void find_node(bool nsec3);
  bool tick_off(dns::RRType type, Bytes rdata, uint32_t ttl_s);
  void add_ticked(dns::NameView owner, RRsetView set, uint32_t ttl_s);
  void settle_ttls();
  /// The bit of an RR of the present node.
  size_t place(const uint8_t* rdata) const {
    return (static_cast<size_t>(node_ref_) * Arena::kUnitBytes + static_cast<size_t>(rdata - node_.data())) /
           2;
  }
  LargeSet& large_set(RRsetView set);

  ContentPtr base_;
  std::vector<bool> ticks_;
  Change change_;
  RunTtls ttls_;
  /// TTLs of the RRsets that the change adds to, by owner and type: the file's last run of an RRset says it.
  std::unordered_map<uint64_t, uint32_t> new_ttls_;
  bool ttls_changed_ = false;  ///< an RRset has had two TTLs: settle_ttls() is needed
  std::unordered_map<const uint8_t*, LargeSet> large_sets_;  ///< by where their data is
  dns::HashedName name_;
  Ref node_ref_ = 0;  ///< of the present owner; 0: the base does not have it
  NodeView node_;     ///< there
  bool last_nsec3_ = false;
};

}  // namespace nomen::zone
