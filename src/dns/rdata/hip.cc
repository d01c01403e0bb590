// HIP (RFC 8005 5): host identity tag, public key, rendezvous servers.
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

bool read_hip(TextReader& in) {
  const size_t start = in.out().size();
  std::string_view tag;
  std::string_view key;
  if (!in.put_u8(0) || !in.number_u8() || !in.put_u16(0)) return false;
  if (!in.word(tag) || !read_hex_word(in, tag)) return false;
  const size_t tag_end = in.out().size();
  const size_t tag_size = tag_end - start - 4;
  if (tag_size == 0 || tag_size > 255) return in.fail("expected a tag of 1 to 255 bytes");
  if (!in.word(key) || !read_base64_word(in, key)) return false;
  const size_t key_size = in.out().size() - tag_end;
  if (key_size == 0) return in.fail("expected a public key");
  in.out().data()[start] = static_cast<uint8_t>(tag_size);
  store_u16(in.out().data() + start + 2, static_cast<uint16_t>(key_size));
  while (!in.at_end()) {
    if (!in.name()) return false;
  }
  return true;
}

struct Identity {
  uint8_t algorithm;
  Bytes tag;
  Bytes key;
};

bool take_identity(WireReader& in, Identity& identity) {
  uint8_t tag_size;
  uint16_t key_size;
  return in.u8(tag_size) && in.u8(identity.algorithm) && in.u16(key_size) && tag_size > 0 && key_size > 0 &&
         in.take(tag_size, identity.tag) && in.take(key_size, identity.key);
}

bool write_hip(WireReader& in, TextWriter& out) {
  Identity identity;
  if (!take_identity(in, identity)) return false;
  std::string tag;
  std::string key;
  append_hex(identity.tag, 0, "", tag);
  append_base64(identity.key, 0, "", key);
  out.open_group();
  out.number(identity.algorithm);
  out.field(tag);
  out.line_break();
  out.field(key);
  if (!in.at_end()) out.line_break();
  while (!in.at_end()) {
    NameView server;
    if (!in.name(server)) return false;
    out.absolute_name(server);
    if (!in.at_end()) out.line_break();
  }
  out.close_group();
  return true;
}

bool check_hip(WireReader& in) {
  Identity identity;
  if (!take_identity(in, identity)) return false;
  while (!in.at_end()) {
    if (!in.skip_name()) return false;
  }
  return true;
}

}  // namespace

constinit const FieldCodec kHipField{read_hip, write_hip, check_hip};

}  // namespace nomen::dns
