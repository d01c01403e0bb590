// IPSECKEY (RFC 4025): precedence, gateway type, algorithm, gateway, public key.
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/gateway.h"

namespace nomen::dns {

namespace {

bool read_ipseckey(TextReader& in) {
  uint32_t gateway_type;
  if (!in.number_u8() || !in.number(gateway_type, 0xff) || !in.put_u8(gateway_type) || !in.number_u8() ||
      !read_gateway(in, gateway_type)) {
    return false;
  }
  return kBase64Field.read(in);
}

bool write_ipseckey(WireReader& in, TextWriter& out) {
  uint8_t precedence;
  uint8_t gateway_type;
  uint8_t algorithm;
  if (!in.u8(precedence) || !in.u8(gateway_type) || !in.u8(algorithm)) return false;
  out.open_group();
  out.number(precedence);
  out.number(gateway_type);
  out.number(algorithm);
  if (!write_gateway(in, gateway_type, out)) return false;
  if (!in.at_end()) out.grouped_base64(in.rest());
  out.close_group();
  return true;
}

bool check_ipseckey(WireReader& in) {
  uint8_t gateway_type;
  return in.skip(1) && in.u8(gateway_type) && in.skip(1) && check_gateway(in, gateway_type) &&
         kBase64Field.check(in);
}

}  // namespace

constinit const FieldCodec kIpseckeyField{read_ipseckey, write_ipseckey, check_ipseckey};

}  // namespace nomen::dns
