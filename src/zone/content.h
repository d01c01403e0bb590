// One immutable version of a zone's data: the nodes in an arena, a hash index from names to nodes, and for
// signed zones the order that NSEC and NSEC3 proofs need. Made by ContentWriter (content_writer.h), searched
// by lookup() (lookup.h). A next version shares all that did not change.
// Thread rule: constant after it is made; any thread may read.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/fetch_line.h"
#include "dns/hashed_name.h"
#include "dns/name.h"
#include "dns/stored_name.h"
#include "dns/types.h"
#include "zone/arena.h"
#include "zone/denial.h"
#include "zone/index.h"
#include "zone/limits.h"
#include "zone/node.h"
#include "zone/own_labels.h"

namespace nomen::zone {

class Content {
  /// Who has one may make contents.
  class Maker {
    Maker() = default;
    friend class ContentWriter;
    friend class ImageReader;
  };

 public:
  Content(Maker, dns::NameView apex, dns::RRClass rr_class);  ///< no nodes yet
  Content(Maker, const Content& other) : Content(other) {}

  dns::NameView apex() const { return apex_; }
  dns::RRClass rr_class() const { return rr_class_; }
  size_t apex_labels() const { return apex_labels_; }
  /// Of the apex, as a lookup has it (hashed_name.h).
  uint64_t apex_hash() const { return apex_hash_; }
  NodeView apex_node() const { return node(apex_ref_); }
  /// How many octets of the SOA's two names stand in front of the apex; kNotBelow for a name that is
  /// elsewhere.
  struct SoaNames {
    static constexpr uint8_t kNotBelow = 255;
    uint8_t mname_own = kNotBelow;
    uint8_t mname_size = 0;
    uint8_t rname_own = kNotBelow;
    uint8_t rname_size = 0;
    bool both_below() const { return mname_own != kNotBelow && rname_own != kNotBelow; }
  };
  SoaNames soa_names() const { return soa_names_; }
  /// The SOA's serial (0 when there is no SOA).
  dns::Serial serial() const { return serial_; }
  uint64_t record_count() const { return record_count_; }
  /// Names with at least one RR (NSEC3 owners not counted), and all nodes of the tree, empty ones included.
  uint64_t name_count() const { return name_count_; }
  uint64_t node_count() const { return index_.size(); }
  /// Whether the zone is signed: it has an NSEC or NSEC3 chain.
  bool is_signed() const { return denial_ != nullptr; }
  /// nullptr for an unsigned zone.
  const Denial* denial() const { return denial_.get(); }
  size_t memory_bytes() const;

  NodeView node(Ref ref) const { return NodeView(arena_.at(ref)); }

  /// The node of the suffix of `labels` labels of `name`, which is at or below the apex; nothing when the
  /// name does not exist.
  [[gnu::always_inline]] NodeView find(const dns::HashedName& name, size_t labels) const {
    NodeView looked_at;
    return find_ref(index_, name, labels, looked_at) == 0 ? NodeView() : looked_at;
  }
  /// The node of any name; nothing when it does not exist or is outside of the zone.
  NodeView find(dns::NameView name) const;
  /// The node of the name that has these labels in front of the apex (prepare() makes them).
  NodeView find(const OwnLabels& own) const {
    const Ref ref = find_ref(index_, own);
    return ref == 0 ? NodeView() : node(ref);
  }
  /// Prepares `name` for find(); false when it is not at or below the apex.
  bool prepare(dns::NameView name, OwnLabels& own) const {
    const size_t size = size_in_front(name, apex_);
    if (size == kNotBelow) return false;
    own.assign(name.bytes().first(size), apex_hash_);
    return true;
  }
  /// The node of the name that has the labels `own` (in any case; 31 readable bytes behind them) in front of
  /// the suffix of `labels` labels of `name`, which is at or below the apex; and that name's hash.
  struct Found {
    NodeView node;
    uint64_t hash;
  };
  [[gnu::always_inline]] Found find_below(const dns::HashedName& name, size_t labels, Bytes own) const {
    const size_t below = name.suffix_at[apex_labels_] - name.suffix_at[labels];
    if (own.size() + below >= dns::kMaxNameBytes) return {};
    std::array<uint8_t, dns::kMaxNameBytes + 33> lowered;
    dns::lower_padded(own.data(), lowered.data(), own.size());
    const uint64_t hash = dns::extend_hash_by(name.hash[labels], lowered.data(), own.size());
    constexpr size_t kStep = 32;  // which both have room for
    const uint8_t* const suffix = name.lower.data() + name.suffix_at[labels];
    for (size_t i = 0; i < below; i += kStep) std::memcpy(lowered.data() + own.size() + i, suffix + i, kStep);
    const auto is_meant = [&](Ref r) __attribute__((always_inline)) {
      return node(r).is_named(lowered.data(), own.size() + below);
    };
    const Ref ref = index_.find(hash, is_meant);
    return {ref == 0 ? NodeView() : node(ref), hash};
  }
  /// The child "*" of the node that the suffix of `labels` labels of `name` names.
  NodeView find_wildcard(const dns::HashedName& name, size_t labels) const;
  /// The node with the NSEC3 RRs of the hash that `owner_label` spells (RFC 5155 3).
  NodeView find_nsec3(dns::NameView owner) const;

  /// Where the node of a name at or below the apex is (among the NSEC3 owners if `nsec3`), or 0.
  Ref ref_of(const dns::HashedName& name, bool nsec3) const {
    return find_ref(nsec3 ? nsec3_index_ : index_, name, name.labels);
  }
  /// All references are below this number.
  uint64_t end_ref() const { return arena_.end_ref(); }

  /// Whether a lookup is likely to wait for memory, so that fetching ahead pays.
  bool is_large() const { return index_.size() > kNodesInCache; }
  /// First step of a lookup: fetches the index lines of the whole name into the cache, and of the name just
  /// below the apex, which in a zone of delegations is the one that is there.
  void prefetch_line(const dns::HashedName& name) const {
    index_.prefetch(name.full_hash());
    if (name.labels > apex_labels_ + 1) index_.prefetch(name.hash[apex_labels_ + 1U]);
  }
  /// Second step: fetches the node of the one or the other, if the index may have it.
  void prefetch_node(const dns::HashedName& name) const {
    Ref ref = index_.candidate(name.full_hash());
    if (ref == 0 && name.labels > apex_labels_ + 1) ref = index_.candidate(name.hash[apex_labels_ + 1U]);
    if (ref == 0) return;
    const uint8_t* at = arena_.at(ref);
    fetch_line(at);
    fetch_line(at + 64);
  }

  /// The same two steps by a hash alone.
  void prefetch_line(uint64_t hash) const { index_.prefetch(hash); }
  void prefetch_node(uint64_t hash) const {
    if (const Ref ref = index_.candidate(hash); ref != 0) fetch_line(arena_.at(ref));
  }
  /// The hash of the name that find_below() would look for.
  static uint64_t hash_below(const dns::HashedName& name, size_t labels, Bytes own) {
    std::array<uint8_t, dns::kMaxNameBytes + 33> lowered;
    dns::lower_padded(own.data(), lowered.data(), own.size());
    return dns::extend_hash_by(name.hash[labels], lowered.data(), own.size());
  }

  /// visit(NodeView, Ref) for every node, empty ones too, in no order; NSEC3 nodes after the others.
  template <class Visit>
  void for_each_node(Visit&& visit) const {
    index_.for_each([&](Ref ref) { visit(node(ref), ref); });
    nsec3_index_.for_each([&](Ref ref) { visit(node(ref), ref); });
  }
  /// The same walk in pieces, for whoever stops and goes on later (a transfer): piece 0 to piece_count() - 1,
  /// each of at most kPieceNodes nodes, empty ones too. The result is how many.
  static constexpr size_t kPieceNodes = Index::kEntries;
  size_t piece_count() const { return index_.line_count() + nsec3_index_.line_count(); }
  size_t piece(size_t number, std::array<Ref, kPieceNodes>& refs) const {
    const bool nsec3 = number >= index_.line_count();
    size_t count = 0;
    (nsec3 ? nsec3_index_ : index_)
        .for_each_in_line(nsec3 ? number - index_.line_count() : number,
                          [&](Ref ref) { refs[count++] = ref; });
    return count;
  }
  void prefetch(Ref ref) const {
    const uint8_t* at = arena_.at(ref);
    fetch_line(at);
    fetch_line(at + 64);
  }
  /// The nodes with RRs, NSEC3 ones included, in canonical order of their names: for dumps and transfers.
  std::vector<Ref> sorted_nodes() const;

 private:
  friend class ContentWriter;
  friend class ImageReader;
  Content(const Content&) = default;
  void note_soa();

  /// `looked_at` is the node, when there is one.
  [[gnu::always_inline]] Ref find_ref(const Index& index, const dns::HashedName& name, size_t labels,
                                      NodeView& looked_at) const {
    const uint8_t* lower = name.lower.data() + name.suffix_at[labels];
    const size_t size = name.suffix_at[apex_labels_] - name.suffix_at[labels];
    const auto is_meant = [&](Ref ref) __attribute__((always_inline)) {
      looked_at = node(ref);
      return looked_at.is_named(lower, size);
    };
    return index.find(name.hash[labels], is_meant);
  }

  Ref find_ref(const Index& index, const OwnLabels& own) const {
    return index.find(own.hash, [&](Ref ref) { return node(ref).is_named(own.lower.data(), own.size); });
  }

  Ref find_ref(const Index& index, const dns::HashedName& name, size_t labels) const {
    NodeView looked_at;
    return find_ref(index, name, labels, looked_at);
  }

  dns::StoredName apex_;
  dns::RRClass rr_class_;
  uint8_t apex_labels_;
  SoaNames soa_names_;
  uint64_t apex_hash_;
  Arena arena_;
  Index index_;
  Index nsec3_index_;  ///< owners of NSEC3 RRs: names that ordinary lookups do not see (RFC 5155 7.2.8)
  Ref apex_ref_ = 0;
  dns::Serial serial_;
  uint64_t record_count_ = 0;
  uint64_t name_count_ = 0;
  uint64_t dead_bytes_ = 0;  ///< of nodes that a later one took the place of
  std::shared_ptr<const Denial> denial_;
};

using ContentPtr = std::shared_ptr<const Content>;

}  // namespace nomen::zone
