// The question for a zone's SOA that a secondary asks its primaries, and what their answer says (RFC 1034
// 4.3.5). Thread rule: free functions, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "dns/message_reader.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::transfer {

struct SoaQuery {
  uint16_t id = 0;
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  bool edns = true;
  bool ask_expire = true;  ///< with the EXPIRE option, where there is EDNS (RFC 7314 4)
};

/// `out` has room for 512 bytes. The result is the size, without a signature.
size_t write_soa_query(MutableBytes out, const SoaQuery& query);

/// Whether a datagram is the answer to this query: its id and question.
bool is_soa_reply(Bytes message, const SoaQuery& query);

struct SoaReply {
  enum class Verdict : uint8_t {
    kSerial,
    kTruncated,         ///< to be asked again over a stream
    kNoEdns,            ///< FORMERR or NOTIMP: to be asked again without EDNS
    kRcode,             ///< another response code than NOERROR
    kNotAuthoritative,  ///< AA is not set
    kNoSoa,             ///< none, or more than one, at the zone's name
    kMalformed,
  };
  Verdict verdict = Verdict::kMalformed;
  dns::Serial serial;                ///< of kSerial
  std::optional<uint32_t> expire_s;  ///< of kSerial: EXPIRE as the primary told it
  dns::Rcode rcode = dns::Rcode::kNoError;
};
SoaReply read_soa_reply(Bytes message, const SoaQuery& query);

}  // namespace nomen::transfer
