// TSIG (RFC 8945 4.2) and TKEY (RFC 2930 2): they stand in messages only; their text is what dig shows.
#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr NumberWord kErrors[] = {
    {"NOERROR", 0},  {"FORMERR", 1},  {"SERVFAIL", 2}, {"NXDOMAIN", 3}, {"NOTIMP", 4},   {"REFUSED", 5},
    {"YXDOMAIN", 6}, {"YXRRSET", 7},  {"NXRRSET", 8},  {"NOTAUTH", 9},  {"NOTZONE", 10}, {"BADSIG", 16},
    {"BADKEY", 17},  {"BADTIME", 18}, {"BADMODE", 19}, {"BADNAME", 20}, {"BADALG", 21},  {"BADTRUNC", 22}};

bool read_time48(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return in.fail("expected a number");
    value = value * 10 + static_cast<uint64_t>(c - '0');
    if (value >> 48 != 0) return in.fail("number out of range");
  }
  if (text.empty()) return in.fail("expected a number");
  return in.put_u16(static_cast<uint32_t>(value >> 32)) && in.put_u32(static_cast<uint32_t>(value));
}

/// A 16-bit size and, unless it is zero, one token of base64 of that size.
bool read_sized_blob(TextReader& in) {
  uint32_t size;
  if (!in.number(size, 0xffff) || !in.put_u16(size)) return false;
  if (size == 0) return true;
  const size_t start = in.out().size();
  std::string_view text;
  if (!in.word(text) || !read_base64_word(in, text)) return false;
  return in.out().size() - start == size || in.fail("size and base64 do not agree");
}

bool read_error(TextReader& in) {
  uint32_t error;
  return read_number_or_word(in, kErrors, 0xffff, error) && in.put_u16(error);
}

bool write_sized_blob(WireReader& in, TextWriter& out) {
  uint16_t size;
  Bytes bytes;
  if (!in.u16(size) || !in.take(size, bytes)) return false;
  out.number(size);
  if (size == 0) return true;
  std::string text;
  append_base64(bytes, 0, "", text);
  out.field(text);
  return true;
}

bool write_error(WireReader& in, TextWriter& out) {
  uint16_t error;
  if (!in.u16(error)) return false;
  const std::string_view word = word_of(kErrors, error);
  out.field(word.empty() ? std::to_string(error) : std::string(word));
  return true;
}

bool check_sized_blob(WireReader& in) {
  uint16_t size;
  return in.u16(size) && in.skip(size);
}

bool read_tsig(TextReader& in) {
  return in.name() && read_time48(in) && in.number_u16() && read_sized_blob(in) && in.number_u16() &&
         read_error(in) && read_sized_blob(in);
}

bool write_tsig(WireReader& in, TextWriter& out) {
  NameView algorithm;
  uint16_t high;
  uint32_t low;
  if (!in.name(algorithm) || !in.u16(high) || !in.u32(low)) return false;
  out.name(algorithm);
  out.number(static_cast<uint64_t>(high) << 32 | low);
  return kU16Field.write(in, out) && write_sized_blob(in, out) && kU16Field.write(in, out) &&
         write_error(in, out) && write_sized_blob(in, out);
}

bool check_tsig(WireReader& in) {
  return in.skip_name() && in.skip(8) && check_sized_blob(in) && in.skip(4) && check_sized_blob(in);
}

bool read_tkey(TextReader& in) {
  return in.name() && in.number_u32() && in.number_u32() && in.number_u16() && read_error(in) &&
         read_sized_blob(in) && read_sized_blob(in);
}

bool write_tkey(WireReader& in, TextWriter& out) {
  return kNameField.write(in, out) && kU32Field.write(in, out) && kU32Field.write(in, out) &&
         kU16Field.write(in, out) && write_error(in, out) && write_sized_blob(in, out) &&
         write_sized_blob(in, out);
}

bool check_tkey(WireReader& in) {
  return in.skip_name() && in.skip(12) && check_sized_blob(in) && check_sized_blob(in);
}

}  // namespace

constinit const FieldCodec kTsigField{read_tsig, write_tsig, check_tsig};
constinit const FieldCodec kTkeyField{read_tkey, write_tkey, check_tkey};

}  // namespace nomen::dns
