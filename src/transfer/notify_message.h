// NOTIFY and its reply as messages (RFC 1996 3, 4).
// Thread rule: free functions, any thread.
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::transfer {

struct Notify {
  uint16_t id = 0;
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  /// Of the SOA record that came along: a hint (RFC 1996 3.7), to be believed only so far that a version that
  /// we have is not asked for again.
  std::optional<dns::Serial> serial;
};

/// Fails (FORMERR) when the message is no request with the opcode NOTIFY and one question for an SOA.
Result<Notify> read_notify(Bytes message);

/// Writes a NOTIFY; `soa_rdata` of the new version goes along unless it is empty. `out` has room for 1024
/// bytes. The result is the size, without a signature.
size_t write_notify(MutableBytes out, const Notify& notify, Bytes soa_rdata, uint32_t soa_ttl_s);

/// The reply to a NOTIFY: its question, QR, AA, and the rcode.
size_t write_notify_reply(MutableBytes out, const Notify& notify, dns::Rcode rcode);

/// The rcode of a reply; fails when it is none to this NOTIFY. Whatever the rcode, the reply ends the sending
/// (RFC 1996 3.6).
Result<dns::Rcode> read_notify_reply(Bytes message, const Notify& notify);

}  // namespace nomen::transfer
