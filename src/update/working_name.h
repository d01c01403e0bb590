// The RRsets of one name while an update is being made: as the version has them at first, changed RR by RR,
// and at the end the difference as part of a Change. An RRset's RRs are copied (as views) when it is first
// changed. The RRSIGs that cover one type are an RRset of their own, as in a node.
// Thread rule: belongs to one thread; views of a version's and a request's bytes, which outlive it unchanged.
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/types.h"
#include "zone/change.h"
#include "zone/content.h"
#include "zone/limits.h"

namespace nomen::update {

class WorkingName {
 public:
  /// `asked_owner` is the name as the request wrote it; a name that exists keeps its own letters' case.
  WorkingName(const zone::Content& content, dns::NameView asked_owner);

  dns::NameView owner() const { return owner_; }
  bool has(dns::RRType type) const { return count(type) > 0; }
  /// RRs of a type that is not RRSIG.
  size_t count(dns::RRType type) const;
  /// RRsets with at least one RR.
  size_t rrset_count() const;
  /// visit(RRType) for each of them.
  template <class Visit>
  void for_each_type(Visit&& visit) const {
    for (const Set& set : sets_) {
      if (set.count() > 0) visit(set.type);
    }
  }
  /// The zone's SOA or CNAME rdata as it is now; empty when there is none.
  Bytes single_rdata(dns::RRType type) const;

  enum class Added : uint8_t {
    kNothing,         ///< the RR is there already, with this TTL
    kDone,            ///< it is there now, and the RRset has its TTL
    kTooManyRecords,  ///< the RRset is full: nothing was changed
    kTooManyTypes
  };
  /// Adds one RR (RFC 2136 3.4.2.2): one that is there takes the new TTL, and CNAME, DNAME, SOA and WKS of
  /// one service replace each other. The RRset takes the TTL.
  Added add(dns::RRType type, uint32_t ttl_s, Bytes rdata, const zone::ContentLimits& limits);
  /// Takes one RR out; false when it is not there.
  bool remove(dns::RRType type, Bytes rdata);
  /// Takes all RRsets out whose type `is_meant` holds for.
  template <class Predicate>
  void remove_if(Predicate&& is_meant) {
    for (Set& set : sets_) {
      if (set.count() > 0 && is_meant(set.type)) clear(set);
    }
  }

  /// Whether RRs of `type` went or came; not for RRSIG.
  bool lost(dns::RRType type) const;
  bool gained(dns::RRType type) const;
  /// Appends the difference; removed RRs with the TTL that they had.
  void write_difference(zone::Change& change) const;
  /// visit(Bytes) for each RR of `type` that is new.
  template <class Visit>
  void for_each_new(dns::RRType type, Visit&& visit) const {
    zone::Change change;
    for (const Set& set : sets_) {
      if (set.type == type) write_difference(set, change);
    }
    for (const auto& entry : change.added.entries()) visit(change.added.rdata(entry));
  }

 private:
  struct Set {
    dns::RRType type;
    dns::RRType covered;
    zone::RRsetView before;  ///< empty for an RRset that is new
    uint32_t ttl_s = 0;
    bool changed = false;    ///< `rrs` is what counts, not `before`
    std::vector<Bytes> rrs;  ///< in canonical order
    size_t count() const { return changed ? rrs.size() : before.count(); }
  };

  Set* find(dns::RRType type, Bytes rdata);
  const Set* find(dns::RRType type) const;
  void open(Set& set);
  void clear(Set& set);
  void write_difference(const Set& set, zone::Change& change) const;
  /// Where `rdata` is or would be in the RRset.
  std::vector<Bytes>::iterator place(Set& set, Bytes rdata, bool& found);

  dns::Name owner_;
  dns::RRClass rr_class_;
  std::vector<Set> sets_;
};

}  // namespace nomen::update
