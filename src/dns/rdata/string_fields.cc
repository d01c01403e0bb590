// <character-string>s and texts that are like them.
#include <algorithm>

#include "dns/rdata/codecs.h"
#include "dns/rdata/strings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool is_alphanumeric(uint8_t c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool read_string(TextReader& in) {
  TextToken token;
  return in.token(token) && put_string(in, token.text);
}

bool write_string(WireReader& in, TextWriter& out) {
  Bytes text;
  if (!in.string(text)) return false;
  out.quoted(text);
  return true;
}

bool check_string(WireReader& in) {
  Bytes text;
  return in.string(text);
}

/// One string after another to the end, one at least.
template <auto kOne, class In, class... Out>
bool repeat(In& in, Out&... out) {
  do {
    if (!kOne(in, out...)) return false;
  } while (!in.at_end());
  return true;
}

template <auto kOne, class In, class... Out>
bool optionally(In& in, Out&... out) {
  return in.at_end() || kOne(in, out...);
}

bool read_long_string(TextReader& in) {
  TextToken token;
  return in.token(token) && put_long_string(in, token.text);
}

bool read_quoted_long_string(TextReader& in) {
  TextToken token;
  if (!in.token(token)) return false;
  return token.quoted ? put_long_string(in, token.text) : in.fail("expected a quoted string");
}

bool write_long_string(WireReader& in, TextWriter& out) {
  out.quoted(in.rest());
  return true;
}

bool check_long_string(WireReader& in) {
  return in.skip(in.remaining());
}

bool read_caa_tag(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  if (text.empty() || text.size() > 255 || !std::ranges::all_of(as_bytes(text), is_alphanumeric)) {
    return in.fail("expected a tag of letters and digits");
  }
  return in.put_u8(static_cast<uint32_t>(text.size())) && in.put(as_bytes(text));
}

bool take_caa_tag(WireReader& in, Bytes& tag) {
  return in.string(tag) && !tag.empty() && std::ranges::all_of(tag, is_alphanumeric);
}

bool write_caa_tag(WireReader& in, TextWriter& out) {
  Bytes tag;
  if (!take_caa_tag(in, tag)) return false;
  out.field(as_text(tag));
  return true;
}

bool check_caa_tag(WireReader& in) {
  Bytes tag;
  return take_caa_tag(in, tag);
}

/// A public switched data network's address: RFC 1183 3.1.
bool is_psdn_address(Bytes text) {
  return text.size() >= 4 && std::ranges::all_of(text, is_digit);
}

bool read_psdn_address(TextReader& in) {
  TextToken token;
  if (!in.token(token)) return false;
  return is_psdn_address(as_bytes(token.text)) ? put_string(in, token.text)
                                               : in.fail("expected four digits or more");
}

bool check_psdn_address(WireReader& in) {
  Bytes text;
  return in.string(text) && is_psdn_address(text);
}

}  // namespace

constinit const FieldCodec kStringField{read_string, write_string, check_string};
constinit const FieldCodec kStringsField{repeat<read_string, TextReader>,
                                         repeat<write_string, WireReader, TextWriter>,
                                         repeat<check_string, WireReader>};
constinit const FieldCodec kOptionalStringField{optionally<read_string, TextReader>,
                                                optionally<write_string, WireReader, TextWriter>,
                                                optionally<check_string, WireReader>};
constinit const FieldCodec kLongStringField{read_long_string, write_long_string, check_long_string};
constinit const FieldCodec kQuotedLongStringField{read_quoted_long_string, write_long_string,
                                                  check_long_string};
constinit const FieldCodec kCaaTagField{read_caa_tag, write_caa_tag, check_caa_tag};
constinit const FieldCodec kPsdnAddressField{read_psdn_address, write_string, check_psdn_address};

}  // namespace nomen::dns
