// DSYNC's scheme (RFC 9859 2.1).
#include "dns/rdata/codecs.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr NumberWord kSchemes[] = {{"NOTIFY", 1}};

bool read_scheme(TextReader& in) {
  uint32_t value;
  return read_number_or_word(in, kSchemes, 0xff, value) && in.put_u8(value);
}

bool write_scheme(WireReader& in, TextWriter& out) {
  uint8_t value;
  if (!in.u8(value)) return false;
  const std::string_view word = word_of(kSchemes, value);
  if (word.empty()) {
    out.number(value);
  } else {
    out.field(word);
  }
  return true;
}

}  // namespace

constinit const FieldCodec kDsyncSchemeField{read_scheme, write_scheme,
                                             [](WireReader& in) { return in.skip(1); }};

}  // namespace nomen::dns
