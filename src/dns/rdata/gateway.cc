#include "dns/rdata/gateway.h"

#include "dns/rdata/codecs.h"

namespace nomen::dns {

namespace {

const FieldCodec* codec_of_gateway(uint32_t type) {
  switch (type) {
    case kIpv4Gateway:
      return &kIpv4Field;
    case kIpv6Gateway:
      return &kIpv6Field;
    case kNamedGateway:
      return &kNameField;
    default:
      return nullptr;
  }
}

}  // namespace

bool read_gateway(TextReader& in, uint32_t type) {
  if (type == kNoGateway) {
    std::string_view text;
    return in.word(text) && (text == "." || in.fail("expected . for no gateway"));
  }
  const FieldCodec* codec = codec_of_gateway(type);
  return codec != nullptr ? codec->read(in) : in.fail("unknown gateway type");
}

bool write_gateway(WireReader& in, uint8_t type, TextWriter& out) {
  if (type == kNoGateway) {
    out.field(".");
    return true;
  }
  if (type == kNamedGateway) {
    NameView name;
    if (!in.name(name)) return false;
    out.absolute_name(name);
    return true;
  }
  const FieldCodec* codec = codec_of_gateway(type);
  return codec != nullptr && codec->write(in, out);
}

bool check_gateway(WireReader& in, uint8_t type) {
  const FieldCodec* codec = codec_of_gateway(type);
  return type == kNoGateway || (codec != nullptr && codec->check(in));
}

}  // namespace nomen::dns
