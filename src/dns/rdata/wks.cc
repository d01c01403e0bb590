// WKS (RFC 1035 3.4.2): address, protocol, and a bitmap of ports. Protocols and services may be named; the
// names are those of RFC 1700's assigned numbers that such records were made of.
#include <array>
#include <vector>

#include "dns/rdata/addresses.h"
#include "dns/rdata/codecs.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr size_t kMaxBitmapBytes = 65536 / 8;

constexpr NumberWord kTransports[] = {{"ICMP", 1}, {"IGMP", 2}, {"GGP", 3},  {"ST", 5},   {"TCP", 6},
                                      {"EGP", 8},  {"IGP", 9},  {"UDP", 17}, {"HMP", 20}, {"RDP", 27}};

constexpr NumberWord kServices[] = {
    {"TCPMUX", 1},        {"ECHO", 7},      {"DISCARD", 9},  {"SYSTAT", 11},      {"DAYTIME", 13},
    {"NETSTAT", 15},      {"QOTD", 17},     {"CHARGEN", 19}, {"FTP-DATA", 20},    {"FTP", 21},
    {"SSH", 22},          {"TELNET", 23},   {"SMTP", 25},    {"TIME", 37},        {"WHOIS", 43},
    {"TACACS", 49},       {"DOMAIN", 53},   {"BOOTPS", 67},  {"BOOTPC", 68},      {"TFTP", 69},
    {"GOPHER", 70},       {"FINGER", 79},   {"HTTP", 80},    {"KERBEROS", 88},    {"ISO-TSAP", 102},
    {"ACR-NEMA", 104},    {"RTELNET", 107}, {"POP2", 109},   {"POP3", 110},       {"SUNRPC", 111},
    {"AUTH", 113},        {"NNTP", 119},    {"NTP", 123},    {"NETBIOS-NS", 137}, {"NETBIOS-DGM", 138},
    {"NETBIOS-SSN", 139}, {"IMAP2", 143},   {"SNMP", 161},   {"SNMP-TRAP", 162},  {"XDMCP", 177},
    {"BGP", 179},         {"IRC", 194},     {"LDAP", 389},   {"HTTPS", 443},      {"SUBMISSION", 587},
    {"LDAPS", 636},       {"IMAPS", 993},   {"POP3S", 995},
};

bool read_wks(TextReader& in) {
  std::string_view text;
  std::array<uint8_t, 4> address;
  uint32_t protocol;
  if (!in.word(text)) return false;
  if (!parse_ipv4(text, address.data())) return in.fail("expected an IPv4 address");
  if (!in.put(address) || !read_number_or_word(in, kTransports, 0xff, protocol) || !in.put_u8(protocol))
    return false;
  std::vector<uint8_t> bits;
  while (!in.at_end()) {
    uint32_t port;
    if (!read_number_or_word(in, kServices, 0xffff, port)) return false;
    if (bits.size() <= port / 8) bits.resize(port / 8 + 1);
    bits[port / 8] |= static_cast<uint8_t>(0x80 >> port % 8);
  }
  return in.put(bits);
}

bool write_wks(WireReader& in, TextWriter& out) {
  Bytes address;
  uint8_t protocol;
  if (!in.take(4, address) || !in.u8(protocol)) return false;
  out.field(ipv4_text(address.data()));
  out.number(protocol);
  const Bytes bits = in.rest();
  for (size_t port = 0; port < bits.size() * 8; port++) {
    if (bits[port / 8] & 0x80 >> port % 8) out.number(port);
  }
  return true;
}

bool check_wks(WireReader& in) {
  return in.skip(5) && in.remaining() <= kMaxBitmapBytes && in.skip(in.remaining());
}

}  // namespace

constinit const FieldCodec kWksField{read_wks, write_wks, check_wks};

}  // namespace nomen::dns
