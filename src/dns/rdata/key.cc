// KEY (RFC 2535 3), DNSKEY, CDNSKEY, RKEY: flags, protocol, algorithm, public key. Flags that say "no key"
// end the rdata after the algorithm.
#include <array>
#include <vector>

#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr uint16_t kNoKey = 0xc000;
constexpr uint16_t kSecureEntryPoint = 0x0001;

constexpr NumberWord kFlagWords[] = {
    {"NOCONF", 0x4000}, {"NOAUTH", 0x8000}, {"NOKEY", 0xc000}, {"FLAG2", 0x2000},  {"EXTEND", 0x1000},
    {"FLAG4", 0x0800},  {"FLAG5", 0x0400},  {"USER", 0x0000},  {"ZONE", 0x0100},   {"HOST", 0x0200},
    {"NTYP3", 0x0300},  {"FLAG8", 0x0080},  {"FLAG9", 0x0040}, {"FLAG10", 0x0020}, {"FLAG11", 0x0010},
    {"SIG0", 0x0000},   {"SIG1", 0x0001},   {"SIG2", 0x0002},  {"SIG3", 0x0003},   {"SIG4", 0x0004},
    {"SIG5", 0x0005},   {"SIG6", 0x0006},   {"SIG7", 0x0007},  {"SIG8", 0x0008},   {"SIG9", 0x0009},
    {"SIG10", 0x000a},  {"SIG11", 0x000b},  {"SIG12", 0x000c}, {"SIG13", 0x000d},  {"SIG14", 0x000e},
    {"SIG15", 0x000f},  {"KSK", 0x0001}};

constexpr NumberWord kKeyProtocols[] = {{"NONE", 0},   {"TLS", 1},   {"EMAIL", 2},
                                        {"DNSSEC", 3}, {"IPSEC", 4}, {"ALL", 255}};

/// Words with | between them.
bool read_flag_words(TextReader& in, uint32_t& flags) {
  std::string_view text;
  if (!in.word(text)) return false;
  flags = 0;
  for (;;) {
    const size_t bar = text.find('|');
    const auto flag = number_of(kFlagWords, text.substr(0, bar));
    if (!flag) return in.fail("unknown key flag");
    flags |= *flag;
    if (bar == std::string_view::npos) return true;
    text.remove_prefix(bar + 1);
  }
}

bool read_key(TextReader& in) {
  uint32_t flags;
  uint32_t protocol;
  uint32_t algorithm;
  const bool is_number = !in.at_end() && !in.peek().text.empty() && in.peek().text[0] <= '9';
  if (!(is_number ? in.number(flags, 0xffff) : read_flag_words(in, flags)) ||
      !read_number_or_word(in, kKeyProtocols, 0xff, protocol) ||
      !read_number_or_word(in, security_algorithms(), 0xff, algorithm) || !in.put_u16(flags) ||
      !in.put_u8(protocol) || !in.put_u8(algorithm)) {
    return false;
  }
  if ((flags & kNoKey) == kNoKey) return true;
  return kBase64Field.read(in);
}

/// RFC 4034 appendix B; the sum over flags, protocol, algorithm and key. BIND has forgotten that keys of
/// RSA/MD5, which nobody may use any more, had another tag.
uint16_t key_tag(uint16_t flags, uint8_t protocol, uint8_t algorithm, Bytes key) {
  uint32_t sum = flags + (static_cast<uint32_t>(protocol) << 8) + algorithm;
  for (size_t i = 0; i < key.size(); i++) sum += i % 2 == 0 ? static_cast<uint32_t>(key[i]) << 8 : key[i];
  return static_cast<uint16_t>(sum + (sum >> 16));
}

/// The mnemonic or the number; a private algorithm goes by the name that its keys begin with (RFC 4034
/// A.1.1).
std::string algorithm_name(uint8_t algorithm, Bytes key) {
  constexpr uint8_t kPrivateDns = 253;
  if (algorithm == kPrivateDns) {
    std::vector<uint8_t> ended(key.begin(), key.end());
    ended.push_back(0);  // a name that takes up all of the key may lack its end
    if (const auto name = Name::from_wire(ended)) return to_string_no_dot(*name);
  }
  const std::string_view word = word_of(security_algorithms(), algorithm);
  return word.empty() ? std::to_string(algorithm) : std::string(word);
}

std::string_view role(uint16_t flags) {
  if ((flags & kSecureEntryPoint) == 0) return "ZSK";
  return (flags & 0x0080) != 0 ? "revoked KSK" : "KSK";
}

/// Multiline style says of DNSKEY and CDNSKEY what they are for.
template <bool kIsZoneKey>
bool write_key(WireReader& in, TextWriter& out) {
  uint16_t flags;
  uint8_t protocol;
  uint8_t algorithm;
  if (!in.u16(flags) || !in.u8(protocol) || !in.u8(algorithm)) return false;
  out.number(flags);
  out.number(protocol);
  out.number(algorithm);
  if (in.at_end()) return true;
  const Bytes key = in.rest();
  out.open_group();
  out.grouped_base64(key);
  if (!out.style().multiline) return true;
  out.line_break();
  out.field(")");
  const std::string name = algorithm_name(algorithm, key);
  const uint16_t tag = key_tag(flags, protocol, algorithm, key);
  if (kIsZoneKey) {
    out.comment(fmt::format(" ; {}; alg = {} ; key id = {}", role(flags), name, tag));
  } else {
    out.comment(fmt::format("; alg = {} ; key id = {}", name, tag));
  }
  return true;
}

bool check_key(WireReader& in) {
  uint16_t flags;
  return in.u16(flags) && in.skip(2) && ((flags & kNoKey) == kNoKey ? in.at_end() : kBase64Field.check(in));
}

/// RKEY is for encrypting, and has no flags yet (draft-reid-dnsext-rkey).
bool read_rkey(TextReader& in) {
  return read_key(in) && (load_u16(in.out().data()) == 0 || in.fail("the flags of RKEY are 0"));
}

bool check_rkey(WireReader& in) {
  uint16_t flags;
  return in.u16(flags) && flags == 0 && in.skip(2) && kBase64Field.check(in);
}

}  // namespace

constinit const FieldCodec kKeyField{read_key, write_key<false>, check_key};
constinit const FieldCodec kDnskeyField{read_key, write_key<true>, check_key};
constinit const FieldCodec kRkeyField{read_rkey, write_key<false>, check_rkey};

}  // namespace nomen::dns
