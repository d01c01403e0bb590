// What is known beforehand of how the names of an NS RRset are written into a message: NS RRsets go out with
// every referral, and finding shared suffixes anew each time is most of the work of one (RFC 1035 4.1.4).
// It stands behind the data of the RRset in its node and follows from the node alone:
//
//   u8 brothers   octets, the root's included, of the longest suffix that all names have in common which
//                 share no label with the owner; 1 when they share none
//   per RR u8     octets of its name in front of the suffix that it shares with the owner; the root's one
//                 octet is always shared
//
// docs/decisions/answers.md has the figures.
// Thread rule: views of constant bytes; the function is pure.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "dns/name.h"

namespace nomen::zone {

class ServerNames {
 public:
  explicit ServerNames(const uint8_t* at) : at_(at) {}

  size_t brothers() const { return at_[0]; }
  /// Of the RR number `i` in the RRset's order.
  size_t own(size_t i) const { return at_[1 + i]; }

  static size_t bytes(size_t rr_count) { return 1 + rr_count; }

 private:
  const uint8_t* at_;
};

/// Writes ServerNames::bytes(rr_count) octets for the RRs in `data` (length and rdata each), whose owner is
/// `labels` in front of `apex`. 31 bytes behind the data may be read.
void write_server_names(Bytes labels, dns::NameView apex, const uint8_t* data, size_t rr_count, uint8_t* out);

}  // namespace nomen::zone
