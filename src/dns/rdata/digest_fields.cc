// Digests whose type says how long they are: DS and its kin (RFC 4034 5, RFC 4509, RFC 5933, RFC 6605), SSHFP
// (RFC 4255, RFC 6594), ZONEMD (RFC 8976). One of an unknown type may have any length.
#include "dns/rdata/codecs.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/mnemonics.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr NumberWord kDsDigestWords[] = {{"SHA-1", 1}, {"SHA1", 1},    {"SHA-256", 2}, {"SHA256", 2},
                                         {"GOST", 3},  {"SHA-384", 4}, {"SHA384", 4}};

/// Fewest and most bytes of a digest.
struct Lengths {
  size_t least;
  size_t most;
};

constexpr Lengths exactly(size_t size) {
  return {size, size};
}
constexpr Lengths kAnyButNone{1, kMaxRdataBytes};

constexpr Lengths ds_lengths(uint32_t type) {
  switch (type) {
    case 1:
      return exactly(20);
    case 2:
      return exactly(32);
    case 4:
      return exactly(48);
    default:
      return kAnyButNone;
  }
}

constexpr Lengths ssh_lengths(uint32_t type) {
  switch (type) {
    case 1:
      return exactly(20);
    case 2:
      return exactly(32);
    default:
      return {0, kMaxRdataBytes};
  }
}

constexpr Lengths zonemd_lengths(uint32_t type) {
  switch (type) {
    case 1:
      return exactly(48);
    case 2:
      return exactly(64);
    default:
      return {12, kMaxRdataBytes};  // RFC 8976 2.2.4
  }
}

template <Lengths (*kLengths)(uint32_t)>
bool is_length_right(uint32_t type, size_t size) {
  const Lengths lengths = kLengths(type);
  return size >= lengths.least && size <= lengths.most;
}

template <Lengths (*kLengths)(uint32_t)>
bool read_digest(TextReader& in, uint32_t type) {
  if (!in.put_u8(type)) return false;
  const size_t start = in.out().size();
  if (in.at_end() && kLengths(type).least > 0) {
    std::string_view missing;
    return in.word(missing);
  }
  if (!read_hex_rest(in)) return false;
  return is_length_right<kLengths>(type, in.out().size() - start) || in.fail("wrong length of the digest");
}

bool read_ds_digest(TextReader& in) {
  uint32_t type;
  return read_number_or_word(in, kDsDigestWords, 0xff, type) && read_digest<ds_lengths>(in, type);
}

template <Lengths (*kLengths)(uint32_t)>
bool read_numbered_digest(TextReader& in) {
  uint32_t type;
  return in.number(type, 0xff) && read_digest<kLengths>(in, type);
}

bool write_digest(WireReader& in, TextWriter& out) {
  uint8_t type;
  if (!in.u8(type)) return false;
  out.number(type);
  if (!in.at_end()) out.hex_blob(in.rest());
  return true;
}

template <Lengths (*kLengths)(uint32_t)>
bool check_digest(WireReader& in) {
  uint8_t type;
  return in.u8(type) && is_length_right<kLengths>(type, in.remaining()) && in.skip(in.remaining());
}

}  // namespace

constinit const FieldCodec kDsDigestField{read_ds_digest, write_digest, check_digest<ds_lengths>};
constinit const FieldCodec kSshDigestField{read_numbered_digest<ssh_lengths>, write_digest,
                                           check_digest<ssh_lengths>};
constinit const FieldCodec kZonemdDigestField{read_numbered_digest<zonemd_lengths>, write_digest,
                                              check_digest<zonemd_lengths>};

}  // namespace nomen::dns
