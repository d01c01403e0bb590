// The OPT record (RFC 6891 6.1.2) as transfers use it: a buffer size, and the EXPIRE option of RFC 7314.
// Thread rule: free functions, any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "dns/message_reader.h"
#include "dns/zone_options.h"

namespace nomen::transfer {

/// What is in front of the rdata of an OPT record: its owner is the root.
inline constexpr size_t kOptHead = 1 + dns::kFixedRecordBytes;

/// EXPIRE in an OPT record: absent, empty (a question), or with a value (RFC 7314 2).
struct ExpireOption {
  bool present = false;
  std::optional<uint32_t> seconds;
};
/// Looks through the rdata of an OPT record; fails when its options do not fill it.
Result<ExpireOption> find_expire(Bytes opt_rdata);

/// An OPT record ready to be sent: at most 19 bytes.
struct OptRecord {
  std::array<uint8_t, 19> data{};
  uint8_t size = 0;
  Bytes bytes() const { return {data.data(), size}; }
};
OptRecord make_opt(uint16_t udp_bytes, const ExpireOption& expire);

}  // namespace nomen::transfer
