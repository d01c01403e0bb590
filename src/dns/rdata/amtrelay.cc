// AMTRELAY (RFC 8777 4): precedence, the discovery bit, relay type, relay. A relay of an unknown type is kept
// as it is and has no text but RFC 3597's.
#include "dns/rdata/codecs.h"
#include "dns/rdata/gateway.h"

namespace nomen::dns {

namespace {

constexpr uint32_t kDiscovery = 0x80;

bool read_amtrelay(TextReader& in) {
  uint32_t discovery;
  uint32_t type;
  return in.number_u8() && in.number(discovery, 1) && in.number(type, kDiscovery - 1) &&
         in.put_u8(discovery * kDiscovery | type) && read_gateway(in, type);
}

bool write_amtrelay(WireReader& in, TextWriter& out) {
  uint8_t precedence;
  uint8_t packed;
  if (!in.u8(precedence) || !in.u8(packed)) return false;
  const auto type = static_cast<uint8_t>(packed & ~kDiscovery);
  out.number(precedence);
  out.number(packed / kDiscovery);
  out.number(type);
  return write_gateway(in, type, out);
}

bool check_amtrelay(WireReader& in) {
  uint8_t packed;
  if (!in.skip(1) || !in.u8(packed)) return false;
  const auto type = static_cast<uint8_t>(packed & ~kDiscovery);
  return type > kNamedGateway ? in.skip(in.remaining()) : check_gateway(in, type);
}

}  // namespace

constinit const FieldCodec kAmtrelayField{read_amtrelay, write_amtrelay, check_amtrelay};

}  // namespace nomen::dns
