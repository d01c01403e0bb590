// CERT's type and algorithm (RFC 4398 2.1): the only numbers of DNSSEC that are printed as words.
#include "dns/rdata/codecs.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr NumberWord kCertTypes[] = {{"PKIX", 1}, {"SPKI", 2},   {"PGP", 3},     {"IPKIX", 4}, {"ISPKI", 5},
                                     {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254}};

void write_word(std::span<const NumberWord> words, uint16_t value, TextWriter& out) {
  const std::string_view word = word_of(words, value);
  if (word.empty()) {
    out.number(value);
  } else {
    out.field(word);
  }
}

bool read_cert_type(TextReader& in) {
  uint32_t value;
  return read_number_or_word(in, kCertTypes, 0xffff, value) && in.put_u16(value);
}

bool write_cert_type(WireReader& in, TextWriter& out) {
  uint16_t value;
  if (!in.u16(value)) return false;
  write_word(kCertTypes, value, out);
  return true;
}

bool read_cert_algorithm(TextReader& in) {
  uint32_t value;
  return read_number_or_word(in, security_algorithms(), 0xff, value) && in.put_u8(value);
}

bool write_cert_algorithm(WireReader& in, TextWriter& out) {
  uint8_t value;
  if (!in.u8(value)) return false;
  write_word(security_algorithms(), value, out);
  return true;
}

}  // namespace

constinit const FieldCodec kCertTypeField{read_cert_type, write_cert_type,
                                          [](WireReader& in) { return in.skip(2); }};
constinit const FieldCodec kCertAlgorithmField{read_cert_algorithm, write_cert_algorithm,
                                               [](WireReader& in) { return in.skip(1); }};

}  // namespace nomen::dns
