// For tests: whether the NSEC or NSEC3 RRs of a reply prove what the reply says, as a validator reads them
// (RFC 4035 5.4, RFC 5155 8). Signatures are not checked, but that each RRset has some is. Thread rule:
// values.
#pragma once
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "answer/message_for_test.h"
#include "dns/rdata.h"
#include "zone/denial.h"

namespace nomen::answer {

/// One NSEC or NSEC3 RR; NSEC3 names are hashes in base32hex.
struct Interval {
  dns::Name owner;         ///< NSEC
  dns::Name next;          ///< NSEC
  std::string owner_hash;  ///< NSEC3
  std::string next_hash;   ///< NSEC3
  bool opt_out = false;
  std::set<uint16_t> types;
};

class DenialChecker {
 public:
  /// `parameters`: of the NSEC3 chain, ignored for NSEC.
  DenialChecker(const ReadMessage& reply, const dns::Name& apex, const zone::Nsec3Parameters& parameters)
      : apex_(apex), parameters_(parameters) {
    for (const ReadRecord& record : reply.records) {
      if (record.section == 1 && record.type == 47) nsecs_.push_back(read_nsec(record));
      if (record.section == 1 && record.type == 50) nsec3s_.push_back(read_nsec3(record));
    }
  }

  bool proves_no_name(const dns::Name& name) const {
    if (!nsec3s_.empty()) {
      const auto encloser = provable_encloser(name);
      return encloser && *encloser != name && covers3(next_closer(name, *encloser)) &&
             covers3(wildcard_below(*encloser));
    }
    return covers(name) && covers(wildcard_below(encloser_by_nsec(name)));
  }
  bool proves_no_type(const dns::Name& name, uint16_t type) const {
    if (!nsec3s_.empty()) {
      if (const Interval* match = match3(name)) return lacks(*match, type);
      const auto encloser = provable_encloser(name);
      if (!encloser || !covers3(next_closer(name, *encloser))) return false;
      if (const Interval* wildcard = match3(wildcard_below(*encloser))) return lacks(*wildcard, type);
      return covers3(next_closer(name, *encloser))->opt_out;
    }
    if (const Interval* match = matching(name)) return lacks(*match, type);
    const Interval* cover = covers(name);
    if (cover == nullptr) return false;
    if (cover->next.view().is_below(name)) return true;  // an empty non-terminal
    const dns::Name source = wildcard_below(encloser_by_nsec(name));
    if (const Interval* match = matching(source)) return lacks(*match, type);
    const Interval* over_source = covers(source);
    return over_source != nullptr && over_source->next.view().is_below(source);
  }
  /// For an answer that a wildcard below the suffix of `encloser_labels` labels gave.
  bool proves_wildcard_use(const dns::Name& name, size_t encloser_labels) const {
    const dns::Name encloser(name.view().strip(name.label_count() - encloser_labels));
    return nsec3s_.empty() ? covers(name) != nullptr : covers3(next_closer(name, encloser)) != nullptr;
  }
  bool proves_insecure_cut(const dns::Name& cut) const {
    const Interval* match = nsec3s_.empty() ? matching(cut) : match3(cut);
    if (match != nullptr)
      return match->types.count(2) == 1 && match->types.count(43) == 0 && match->types.count(6) == 0;
    if (nsec3s_.empty()) return false;
    const auto encloser = provable_encloser(cut);
    if (!encloser) return false;
    const Interval* cover = covers3(next_closer(cut, *encloser));
    return cover != nullptr && cover->opt_out;
  }
  size_t count() const { return nsecs_.size() + nsec3s_.size(); }

 private:
  static std::set<uint16_t> read_types(Bytes bitmap) {
    std::set<uint16_t> types;
    while (bitmap.size() >= 2 && bitmap.size() >= 2U + bitmap[1]) {
      for (size_t i = 0; i < bitmap[1] * 8U; i++) {
        if ((bitmap[2 + i / 8] & (0x80 >> (i % 8))) != 0)
          types.insert(static_cast<uint16_t>(bitmap[0] * 256U + i));
      }
      bitmap = bitmap.subspan(2U + bitmap[1]);
    }
    return types;
  }
  static Interval read_nsec(const ReadRecord& record) {
    Interval interval;
    interval.owner = record.owner;
    interval.next = *dns::Name::from_wire(record.rdata);
    interval.types = read_types(Bytes(record.rdata).subspan(interval.next.size()));
    return interval;
  }
  static Interval read_nsec3(const ReadRecord& record) {
    Interval interval;
    const size_t hash_at = 5U + record.rdata[4];
    const size_t size = record.rdata[hash_at];
    interval.opt_out = (record.rdata[1] & 1) != 0;
    interval.owner_hash.assign(reinterpret_cast<const char*>(record.owner.data()) + 1,
                               record.owner.data()[0]);
    std::transform(interval.owner_hash.begin(), interval.owner_hash.end(), interval.owner_hash.begin(),
                   [](char c) { return static_cast<char>(dns::lower(static_cast<uint8_t>(c))); });
    interval.next_hash = base32(Bytes(record.rdata).subspan(hash_at + 1, size));
    interval.types = read_types(Bytes(record.rdata).subspan(hash_at + 1 + size));
    return interval;
  }
  static std::string base32(Bytes bytes) {
    std::string text;
    for (size_t bit = 0; bit < bytes.size() * 8; bit += 5) {
      unsigned value = 0;
      for (size_t i = bit; i < bit + 5; i++)
        value = value << 1 | (i / 8 < bytes.size() ? bytes[i / 8] >> (7 - i % 8) & 1U : 0U);
      text += "0123456789abcdefghijklmnopqrstuv"[value];
    }
    return text;
  }
  std::string hash(const dns::Name& name) const {
    return base32(zone::nsec3_hash(name.lowered(), parameters_));
  }

  static bool lacks(const Interval& interval, uint16_t type) {
    return interval.types.count(type) == 0 && interval.types.count(5) == 0;
  }
  template <class T>
  static bool is_between(const T& owner, const T& name, const T& next) {
    if (owner < next) return owner < name && name < next;
    return owner < name || name < next;  // the last of the chain
  }
  const Interval* find(const std::vector<Interval>& all,
                       const std::function<bool(const Interval&)>& fits) const {
    const auto at = std::find_if(all.begin(), all.end(), fits);
    return at == all.end() ? nullptr : &*at;
  }
  const Interval* matching(const dns::Name& name) const {
    return find(nsecs_, [&](const Interval& i) { return i.owner == name; });
  }
  const Interval* covers(const dns::Name& name) const {
    return find(nsecs_, [&](const Interval& i) { return is_between(i.owner, name, i.next); });
  }
  const Interval* match3(const dns::Name& name) const {
    return find(nsec3s_, [&, h = hash(name)](const Interval& i) { return i.owner_hash == h; });
  }
  const Interval* covers3(const dns::Name& name) const {
    return find(nsec3s_,
                [&, h = hash(name)](const Interval& i) { return is_between(i.owner_hash, h, i.next_hash); });
  }
  std::optional<dns::Name> provable_encloser(const dns::Name& name) const {
    for (dns::NameView suffix = name; suffix.size() >= apex_.size(); suffix = suffix.parent()) {
      if (match3(dns::Name(suffix)) != nullptr) return dns::Name(suffix);
      if (suffix.size() == apex_.size()) break;
    }
    return std::nullopt;
  }
  static dns::Name next_closer(const dns::Name& name, const dns::Name& encloser) {
    return dns::Name(name.view().strip(name.label_count() - encloser.label_count() - 1));
  }
  static dns::Name wildcard_below(const dns::Name& name) { return *name.with_label(as_bytes("*")); }
  /// The longest suffix that the name shares with an owner or a next name of the NSEC that covers it.
  dns::Name encloser_by_nsec(const dns::Name& name) const {
    const Interval* cover = covers(name);
    for (dns::NameView suffix = name.view().parent(); cover != nullptr && suffix.size() > apex_.size();
         suffix = suffix.parent()) {
      if (cover->owner.view().is_at_or_below(suffix) || cover->next.view().is_at_or_below(suffix))
        return dns::Name(suffix);
    }
    return apex_;
  }

  dns::Name apex_;
  zone::Nsec3Parameters parameters_;
  std::vector<Interval> nsecs_;
  std::vector<Interval> nsec3s_;
};

}  // namespace nomen::answer
