// Small fields of DNSSEC's types: covered type, algorithms, NSEC3's salt and next hashed owner (RFC 5155 3).
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr uint8_t kSha1 = 1;
constexpr size_t kSha1Bytes = 20;
constexpr NumberWord kHashAlgorithms[] = {{"SHA-1", kSha1}};

bool read_type(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  if (const auto type = parse_type(text)) return in.put_u16(number(*type));
  const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
  uint32_t value = 0;
  for (const char c : text) {
    if (!is_number || c < '0' || c > '9') return in.fail("unknown RR type");
    value = value * 10 + static_cast<uint32_t>(c - '0');
    if (value > 0xffff) return in.fail("number out of range");
  }
  return is_number ? in.put_u16(value) : in.fail("unknown RR type");
}

bool write_type(WireReader& in, TextWriter& out) {
  uint16_t type;
  if (!in.u16(type)) return false;
  out.field(to_string(RRType{type}));
  return true;
}

bool read_algorithm(TextReader& in) {
  uint32_t value;
  return read_number_or_word(in, security_algorithms(), 0xff, value) && in.put_u8(value);
}

bool read_hash_algorithm(TextReader& in) {
  uint32_t value;
  return read_number_or_word(in, kHashAlgorithms, 0xff, value) && in.put_u8(value);
}

bool write_u8(WireReader& in, TextWriter& out) {
  uint8_t value;
  if (!in.u8(value)) return false;
  out.number(value);
  return true;
}

bool check_u8(WireReader& in) {
  return in.skip(1);
}

/// A length byte and what `put` makes of `text`, 1 to 255 bytes.
bool put_counted(TextReader& in, std::string_view text, bool (*put)(TextReader&, std::string_view)) {
  const size_t length_at = in.out().size();
  if (!in.put_u8(0) || !put(in, text)) return false;
  const size_t length = in.out().size() - length_at - 1;
  if (length == 0 || length > 255) return in.fail("expected 1 to 255 bytes");
  in.out().data()[length_at] = static_cast<uint8_t>(length);
  return true;
}

bool read_salt(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  return text == "-" ? in.put_u8(0) : put_counted(in, text, read_hex_word);
}

bool write_salt(WireReader& in, TextWriter& out) {
  Bytes salt;
  if (!in.string(salt)) return false;
  std::string text;
  append_hex(salt, 0, "", text);
  out.field(salt.empty() ? "-" : text);
  return true;
}

bool check_salt(WireReader& in) {
  Bytes salt;
  return in.string(salt);
}

bool read_next_hashed(TextReader& in) {
  const uint8_t hash_algorithm = in.out().data()[0];
  const size_t start = in.out().size() + 1;
  std::string_view text;
  if (!in.word(text) || !put_counted(in, text, read_base32hex_word)) return false;
  return hash_algorithm != kSha1 || in.out().size() - start == kSha1Bytes ||
         in.fail("expected 20 bytes for SHA-1");
}

bool write_next_hashed(WireReader& in, TextWriter& out) {
  Bytes hash;
  if (!in.string(hash)) return false;
  std::string text;
  append_base32hex(hash, text);
  out.open_group();
  out.line_break();
  out.field(text);
  return true;
}

bool check_next_hashed(WireReader& in) {
  Bytes hash;
  return in.string(hash) && !hash.empty();
}

}  // namespace

constinit const FieldCodec kTypeField{read_type, write_type, [](WireReader& in) { return in.skip(2); }};
constinit const FieldCodec kSecAlgorithmField{read_algorithm, write_u8, check_u8};
constinit const FieldCodec kHashAlgorithmField{read_hash_algorithm, write_u8, check_u8};
constinit const FieldCodec kSaltField{read_salt, write_salt, check_salt};
constinit const FieldCodec kNextHashedField{read_next_hashed, write_next_hashed, check_next_hashed};

}  // namespace nomen::dns
