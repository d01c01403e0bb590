// The gateway of IPSECKEY (RFC 4025 2.5) and the relay of AMTRELAY (RFC 8777 4.2.4): nothing, an address or a
// name, as a type before it says. Thread rule: free functions.
#pragma once
#include <cstdint>

#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

enum GatewayType : uint8_t { kNoGateway = 0, kIpv4Gateway = 1, kIpv6Gateway = 2, kNamedGateway = 3 };

/// All three are false for a type above 3.
bool read_gateway(TextReader& in, uint32_t type);
bool write_gateway(WireReader& in, uint8_t type, TextWriter& out);
bool check_gateway(WireReader& in, uint8_t type);

}  // namespace nomen::dns
