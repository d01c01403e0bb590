// Writes a reply into a buffer: header and question stay or are copied, RRsets are copied from their wire
// form behind compressed owners, and what does not fit is left out whole. Counts and flags go into the
// header at the end. Names are compressed against the question (whose suffixes are hashed already) and
// against what was written before, by their hashes: 64 bits under a secret seed.
// Thread rule: belongs to one worker; begin() makes it ready for the next reply.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "answer/query.h"
#include "answer/record_writing.h"
#include "answer/server_writing.h"
#include "answer/snapshot.h"
#include "base/bytes.h"
#include "base/random.h"
#include "dns/hashed_name.h"
#include "dns/types.h"
#include "zone/content.h"

namespace nomen::answer {

enum class Section : uint8_t { kAnswer, kAuthority, kAdditional };

class Response {
 public:
  explicit Response(uint64_t seed) : random_(seed) {}

  /// What the order of RRs is drawn from: answer_plainly() draws from it too.
  FastRandom& random() { return random_; }

  /// `out` may be the request's own memory. `limit` is how large the whole message may become, OPT included;
  /// `reserved` of it is kept for the OPT.
  void begin(const Question& question, const uint8_t* request, MutableBytes out, size_t limit,
             size_t reserved);

  void set_rcode(dns::Rcode rcode) { rcode_ = rcode; }
  dns::Rcode rcode() const { return rcode_; }
  void set_authoritative(bool authoritative) { authoritative_ = authoritative; }
  void set_truncated() { truncated_ = true; }
  bool is_authoritative() const { return authoritative_; }
  bool is_truncated() const { return truncated_; }
  size_t count(Section section) const { return counts_[static_cast<size_t>(section)]; }
  /// The view whose rrset-order holds, and whose class the RRs have when the question's class is ANY.
  void set_view(const ViewSettings& view);

  /// Adds an RRset whose owner is the suffix of `labels` labels of the question's name. False: no room.
  bool add_at_suffix(Section section, size_t labels, zone::RRsetView set, uint32_t ttl_s);
  /// The same for any owner; `hashed` is `owner` hashed.
  bool add(Section section, dns::NameView owner, const dns::HashedName& hashed, zone::RRsetView set,
           uint32_t ttl_s);
  /// The NS RRset `set`, whose owner is the suffix of `labels` labels of the question's name, with the
  /// compression that is known beforehand (zone/server_names.h).
  bool add_name_servers(Section section, size_t labels, zone::RRsetView set);
  /// Where the name in RR number `i` of the NS RRset added last stands in the message; 0: nobody knows.
  size_t server_name_at(size_t i) const { return i < server_count_ ? server_at_[i] : 0; }
  /// An RRset whose owner is the name that stands at `offset` of the message.
  bool add_at_offset(Section section, size_t offset, uint64_t name_hash, zone::RRsetView set);
  /// The zone that answers is the suffix of `labels` labels of the question's name.
  void set_zone(size_t labels) { hash_all_names_ = labels == 0; }
  /// The SOA of the zone whose apex is the suffix of `apex_labels` labels, into the authority section: the
  /// usual end of a negative answer, with its names' compression known beforehand.
  bool add_soa(size_t apex_labels, zone::RRsetView set, uint32_t ttl_s, zone::Content::SoaNames names);
  /// One RR of given rdata (uncompressed).
  bool add_rr(Section section, dns::NameView owner, const dns::HashedName& hashed, dns::RRType type,
              uint32_t ttl_s, Bytes rdata);

  /// Whether an RRset of this type at this name (by its hash) is in the response already.
  bool has(uint64_t name_hash, dns::RRType type) const;
  /// The reply has a header and nothing else, not even the question.
  void drop_question();

  /// Writes the OPT with `options` (already coded), then the header. Returns the size of the message.
  size_t finish(const Edns& edns, uint16_t own_udp_size, Bytes options);

  /// A place to come back to: undo() takes away what was added since.
  struct Mark {
    size_t at;
    size_t sets;
    std::array<uint16_t, 3> counts;
  };
  Mark mark() const { return {at_, set_count_, counts_}; }
  void undo(const Mark& mark);

  /// Forgets all sections: for an error found late.
  void rewind();

 private:
  struct WrittenName {
    uint64_t hash;
    uint16_t offset;
    uint16_t epoch;
  };
  static constexpr size_t kNameSlots = 256;

  bool add_plain(Section section, uint16_t owner, uint64_t name_hash, zone::RRsetView set, uint32_t ttl_s);
  uint16_t pointer_to_suffix(size_t labels) const {
    return static_cast<uint16_t>(kPointer | (kHeaderBytes + question_->name.suffix_at[labels]));
  }
  ServerOrder order_servers(size_t count);
  bool may_share_with_question(const uint8_t* top) const;
  bool put_suffix(size_t labels);
  bool put_name(const uint8_t* wire, const dns::HashedName& name);
  bool put_rr(dns::RRType type, uint32_t ttl_s, Bytes rdata);
  bool put_named_rdata(dns::RRType type, Bytes rdata);
  bool put_rdata_name(const uint8_t*& at, const uint8_t* end);
  bool put_foreign_name(const uint8_t* wire, size_t size);
  void note_set(uint64_t name_hash, dns::RRType type);
  template <class PutOwner>
  bool add_set(Section section, uint64_t name_hash, const PutOwner& put_owner, zone::RRsetView set,
               uint32_t ttl_s);
  bool room(size_t bytes) const { return at_ + bytes <= end_; }
  bool put(Bytes bytes) {
    if (!room(bytes.size())) return false;
    std::memcpy(out_ + at_, bytes.data(), bytes.size());
    at_ += bytes.size();
    return true;
  }
  uint16_t find_written(uint64_t hash) const;
  void note_written(uint64_t hash, size_t offset);
  void forget_since(size_t at);
  void order_rrs(zone::RRsetView set);
  RRsetOrder order_of(dns::RRType type) const;
  RRsetOrder order_by_rules(dns::RRType type) const;

  const Question* question_ = nullptr;
  uint8_t* out_ = nullptr;
  size_t at_ = 0;
  size_t end_ = 0;
  size_t limit_ = 0;
  size_t capacity_ = 0;  ///< of the buffer
  std::array<uint16_t, 3> counts_{};
  dns::Rcode rcode_ = dns::Rcode::kNoError;
  bool authoritative_ = false;
  bool truncated_ = false;
  const ViewSettings* view_ = nullptr;
  uint16_t class_ = 1;
  FastRandom random_;
  uint32_t cyclic_ = 0;
  uint16_t epoch_ = 0;
  bool with_question_ = true;
  bool hash_all_names_ = false;  ///< in the root zone every name may come again as the owner of glue
  /// The last name written that shares no suffix with the question: RRsets of NS, MX tend to name brothers.
  const uint8_t* foreign_ = nullptr;
  size_t foreign_size_ = 0;
  size_t foreign_at_ = 0;
  size_t foreign_own_ = 0;  ///< octets written of it before a pointer
  struct WrittenSet {
    uint64_t name_hash;
    dns::RRType type;
  };
  std::array<WrittenSet, kMaxNotedSets> sets_;
  size_t set_count_ = 0;
  std::array<WrittenName, kNameSlots> written_{};
  size_t server_count_ = 0;  ///< names of the last add_name_servers(), when their places are known
  ServerPlaces server_at_;
  std::vector<const uint8_t*> rrs_;  ///< the RRs of a set in the order they go out; only grows
  dns::HashedName scratch_;
};

}  // namespace nomen::answer
