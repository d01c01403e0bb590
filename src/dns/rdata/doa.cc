// DOA (draft-durand-doa-over-dns): enterprise, type, location, media type, data ("-" for none).
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool read_doa(TextReader& in) {
  if (!in.number_u32() || !in.number_u32() || !in.number_u8() || !kStringField.read(in)) return false;
  if (!in.at_end() && !in.peek().quoted && in.peek().text == "-") {
    std::string_view none;
    return in.word(none);
  }
  return kBase64Field.read(in);
}

bool write_doa(WireReader& in, TextWriter& out) {
  // NOLINTNEXTLINE(misc-redundant-expression): each writes the next one
  if (!kU32Field.write(in, out) || !kU32Field.write(in, out) || !kU8Field.write(in, out) ||
      !kStringField.write(in, out)) {
    return false;
  }
  std::string data;
  append_base64(in.rest(), 0, "", data);
  out.field(data.empty() ? "-" : data);
  return true;
}

bool check_doa(WireReader& in) {
  return in.skip(9) && kStringField.check(in) && in.skip(in.remaining());
}

}  // namespace

constinit const FieldCodec kDoaField{read_doa, write_doa, check_doa};

}  // namespace nomen::dns
