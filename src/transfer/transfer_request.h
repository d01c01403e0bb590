// A query for a transfer as a server reads it: AXFR (RFC 5936 2.1) or IXFR (RFC 1995 3) with the serial that
// the client has, and what its OPT record asks for.
// Thread rule: free function, any thread.
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::transfer {

struct TransferRequest {
  uint16_t id = 0;
  dns::Name zone;
  dns::RRType type = dns::RRType::kAxfr;  ///< kAxfr or kIxfr
  dns::RRClass rr_class = dns::RRClass::kIn;
  dns::Serial serial;  ///< of an IXFR: the version that the client has
  bool has_edns = false;
  uint16_t udp_bytes = 512;   ///< the longest UDP message that the client takes (RFC 6891 6.2.3)
  bool wants_expire = false;  ///< an empty EXPIRE option (RFC 7314 3.2)
};

/// Fails (FORMERR) when the message is no well-formed query for a transfer of one zone.
Result<TransferRequest> read_transfer_request(Bytes message);

}  // namespace nomen::transfer
