// Domain names as fields.
#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool write_name(WireReader& in, TextWriter& out) {
  NameView name;
  if (!in.name(name)) return false;
  out.name(name);
  return true;
}

}  // namespace

constinit const FieldCodec kNameField{[](TextReader& in) { return in.name(); }, write_name,
                                      [](WireReader& in) { return in.skip_name(); }};

}  // namespace nomen::dns
