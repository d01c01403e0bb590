// OPT (RFC 6891 6.1.2): options of a code, a length and data. It stands in messages only and has no text of
// its own.
#include "dns/rdata/codecs.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool read_options(TextReader& in) {
  return kOpaqueField.read(in);
}
bool write_options(WireReader& in, TextWriter& out) {
  return kOpaqueField.write(in, out);
}

bool check_options(WireReader& in) {
  while (!in.at_end()) {
    uint16_t size;
    if (!in.skip(2) || !in.u16(size) || !in.skip(size)) return false;
  }
  return true;
}

}  // namespace

constinit const FieldCodec kOptionsField{read_options, write_options, check_options};

}  // namespace nomen::dns
