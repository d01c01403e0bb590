// Bytes to the end of the rdata, in base 16 or 64.
#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

template <bool (*kRead)(TextReader&)>
bool read_some(TextReader& in) {
  const size_t before = in.out().size();
  if (in.at_end()) {
    std::string_view missing;
    return in.word(missing);
  }
  return kRead(in) && (in.out().size() > before || in.fail("unexpected end of input"));
}

bool check_some(WireReader& in) {
  return in.remaining() > 0 && in.skip(in.remaining());
}
bool check_any(WireReader& in) {
  return in.skip(in.remaining());
}

bool write_hex(WireReader& in, TextWriter& out) {
  out.hex_blob(in.rest());
  return true;
}

bool write_base64(WireReader& in, TextWriter& out) {
  out.base64_blob(in.rest());
  return true;
}

/// What the identifier and the digest are made of, as a comment (RFC 4701 3.1).
bool write_dhcid(WireReader& in, TextWriter& out) {
  const Bytes blob = in.rest();
  out.base64_blob(blob);
  if (blob.size() > 2)
    out.comment(fmt::format(" ; {} {} {}", load_u16(blob.data()), blob[2], blob.size() - 3));
  return true;
}

/// The parenthesis stands apart from the columns, not from the blob.
bool write_host_identity(WireReader& in, TextWriter& out) {
  out.comment(" (");
  out.append_base64_words(in.rest());
  out.close_group();
  return true;
}

bool write_optional_base64(WireReader& in, TextWriter& out) {
  return in.at_end() || write_base64(in, out);
}

/// No text of its own: rdata_from_text and rdata_to_text fall back on RFC 3597's form.
bool read_opaque(TextReader& in) {
  std::string_view text;
  return in.word(text) && in.fail("expected \\# and the rdata in hex");
}

bool write_opaque(WireReader&, TextWriter&) {
  return false;
}

}  // namespace

constinit const FieldCodec kHexField{read_some<read_hex_rest>, write_hex, check_some};
constinit const FieldCodec kBase64Field{read_some<read_base64_rest>, write_base64, check_some};
constinit const FieldCodec kDhcidField{read_some<read_base64_rest>, write_dhcid, check_some};
constinit const FieldCodec kHostIdentityField{read_some<read_base64_rest>, write_host_identity, check_some};
constinit const FieldCodec kOptionalBase64Field{read_base64_rest, write_optional_base64, check_any};
constinit const FieldCodec kOpaqueField{read_opaque, write_opaque, check_any};

}  // namespace nomen::dns
