#include "dns/rr_table.h"

#include <array>
#include <cstring>

#include "dns/rr_fields.h"

namespace nomen::dns {

namespace {

using enum FieldKind;

template <FieldKind... kKinds>
constexpr std::array<FieldKind, sizeof...(kKinds)> kList{kKinds...};

template <FieldKind... kKinds>
constexpr std::span<const FieldKind> fields() {
  return kList<kKinds...>;
}

/// Names compressed by anybody (RFC 1035), hence lower-cased and accepted compressed.
constexpr RRTypeRow well_known(uint16_t number, std::string_view mnemonic,
                               std::span<const FieldKind> fields) {
  return {.type = RRType{number},
          .mnemonic = mnemonic,
          .fields = fields,
          .compresses_names = true,
          .lowers_names = true,
          .accepts_compressed = true};
}

/// Later types of RFC 3597 4's second list: lower-cased, accepted compressed, never sent so.
constexpr RRTypeRow early(uint16_t number, std::string_view mnemonic, std::span<const FieldKind> fields) {
  return {.type = RRType{number},
          .mnemonic = mnemonic,
          .fields = fields,
          .lowers_names = true,
          .accepts_compressed = true};
}

constexpr RRTypeRow lowered(uint16_t number, std::string_view mnemonic, std::span<const FieldKind> fields) {
  return {.type = RRType{number}, .mnemonic = mnemonic, .fields = fields, .lowers_names = true};
}

constexpr RRTypeRow plain(uint16_t number, std::string_view mnemonic, std::span<const FieldKind> fields) {
  return {.type = RRType{number}, .mnemonic = mnemonic, .fields = fields};
}

constexpr RRTypeRow meta(uint16_t number, std::string_view mnemonic, std::span<const FieldKind> fields) {
  return {.type = RRType{number}, .mnemonic = mnemonic, .fields = fields, .is_meta = true};
}

constexpr RRTypeRow singleton(RRTypeRow row) {
  row.is_singleton = true;
  return row;
}

constexpr RRTypeRow in_only(RRTypeRow row) {
  row.is_class_in_only = true;
  return row;
}

constexpr RRTypeRow kRows[] = {
    in_only(plain(1, "A", fields<kIpv4>())),
    well_known(2, "NS", fields<kName>()),
    well_known(3, "MD", fields<kName>()),
    well_known(4, "MF", fields<kName>()),
    singleton(well_known(5, "CNAME", fields<kName>())),
    singleton(well_known(6, "SOA", fields<kName, kName, kSoaNumbers>())),
    well_known(7, "MB", fields<kName>()),
    well_known(8, "MG", fields<kName>()),
    well_known(9, "MR", fields<kName>()),
    plain(10, "NULL", fields<kOpaque>()),
    in_only(plain(11, "WKS", fields<kWks>())),
    well_known(12, "PTR", fields<kName>()),
    plain(13, "HINFO", fields<kString, kString>()),
    well_known(14, "MINFO", fields<kName, kName>()),
    well_known(15, "MX", fields<kU16, kName>()),
    plain(16, "TXT", fields<kStrings>()),
    early(17, "RP", fields<kName, kName>()),
    early(18, "AFSDB", fields<kU16, kName>()),
    plain(19, "X25", fields<kPsdnAddress>()),
    plain(20, "ISDN", fields<kString, kOptionalString>()),
    early(21, "RT", fields<kU16, kName>()),
    in_only(plain(22, "NSAP", fields<kNsap>())),
    in_only(plain(23, "NSAP-PTR", fields<kName>())),
    early(24, "SIG", fields<kType, kSecAlgorithm, kU8, kU32, kOldSignatureTimes, kU16, kName, kBase64>()),
    plain(25, "KEY", fields<kKey>()),
    in_only(early(26, "PX", fields<kU16, kName, kName>())),
    plain(27, "GPOS", fields<kString, kString, kString>()),
    in_only(plain(28, "AAAA", fields<kIpv6>())),
    plain(29, "LOC", fields<kLoc>()),
    early(30, "NXT", fields<kName, kNxtBitmap>()),
    in_only(plain(31, "EID", fields<kHex>())),
    in_only(plain(32, "NIMLOC", fields<kHex>())),
    in_only(early(33, "SRV", fields<kU16, kU16, kU16, kName>())),
    in_only(plain(34, "ATMA", fields<kAtma>())),
    early(35, "NAPTR", fields<kNaptr>()),
    in_only(lowered(36, "KX", fields<kU16, kName>())),
    plain(37, "CERT", fields<kCertType, kU16, kCertAlgorithm, kBase64>()),
    in_only(lowered(38, "A6", fields<kA6>())),
    singleton(lowered(39, "DNAME", fields<kName>())),
    plain(40, "SINK", fields<kU8, kU8, kU8, kOptionalBase64>()),
    meta(41, "OPT", fields<kOptions>()),
    in_only(plain(42, "APL", fields<kApl>())),
    plain(43, "DS", fields<kU16, kSecAlgorithm, kDsDigest>()),
    plain(44, "SSHFP", fields<kU8, kSshDigest>()),
    plain(45, "IPSECKEY", fields<kIpseckey>()),
    lowered(46, "RRSIG", fields<kType, kSecAlgorithm, kU8, kU32, kSignatureTimes, kU16, kName, kBase64>()),
    plain(47, "NSEC", fields<kName, kNsecBitmap>()),
    plain(48, "DNSKEY", fields<kDnskey>()),
    in_only(plain(49, "DHCID", fields<kDhcid>())),
    plain(50, "NSEC3", fields<kHashAlgorithm, kU8, kU16, kSalt, kNextHashed, kNsec3Bitmap>()),
    plain(51, "NSEC3PARAM", fields<kHashAlgorithm, kU8, kU16, kSalt>()),
    plain(52, "TLSA", fields<kU8, kU8, kU8, kHex>()),
    plain(53, "SMIMEA", fields<kU8, kU8, kU8, kHex>()),
    plain(55, "HIP", fields<kHip>()),
    plain(56, "NINFO", fields<kStrings>()),
    plain(57, "RKEY", fields<kRkey>()),
    plain(58, "TALINK", fields<kName, kName>()),
    plain(59, "CDS", fields<kU16, kSecAlgorithm, kDsDigest>()),
    plain(60, "CDNSKEY", fields<kDnskey>()),
    plain(61, "OPENPGPKEY", fields<kBase64>()),
    plain(62, "CSYNC", fields<kU32, kU16, kTypeBitmap>()),
    plain(63, "ZONEMD", fields<kU32, kU8, kZonemdDigest>()),
    in_only(plain(64, "SVCB", fields<kServiceBinding>())),
    in_only(plain(65, "HTTPS", fields<kServiceBinding>())),
    plain(66, "DSYNC", fields<kType, kDsyncScheme, kU16, kName>()),
    plain(67, "HHIT", fields<kHostIdentity>()),
    plain(68, "BRID", fields<kHostIdentity>()),
    plain(99, "SPF", fields<kStrings>()),
    plain(100, "UINFO", fields<kOpaque>()),
    plain(101, "UID", fields<kOpaque>()),
    plain(102, "GID", fields<kOpaque>()),
    plain(103, "UNSPEC", fields<kOpaque>()),
    plain(104, "NID", fields<kU16, kNodeId>()),
    plain(105, "L32", fields<kU16, kIpv4>()),
    plain(106, "L64", fields<kU16, kNodeId>()),
    plain(107, "LP", fields<kU16, kName>()),
    plain(108, "EUI48", fields<kEui48>()),
    plain(109, "EUI64", fields<kEui64>()),
    meta(128, "NXNAME", fields<>()),
    meta(249, "TKEY", fields<kTkey>()),
    meta(250, "TSIG", fields<kTsig>()),
    meta(251, "IXFR", fields<kOpaque>()),
    meta(252, "AXFR", fields<kOpaque>()),
    meta(253, "MAILB", fields<kOpaque>()),
    meta(254, "MAILA", fields<kOpaque>()),
    meta(255, "ANY", fields<kOpaque>()),
    plain(256, "URI", fields<kU16, kU16, kQuotedLongString>()),
    plain(257, "CAA", fields<kU8, kCaaTag, kLongString>()),
    plain(258, "AVC", fields<kStrings>()),
    plain(259, "DOA", fields<kDoa>()),
    plain(260, "AMTRELAY", fields<kAmtrelay>()),
    plain(261, "RESINFO", fields<kStrings>()),
    plain(262, "WALLET", fields<kStrings>()),
    plain(263, "CLA", fields<kStrings>()),
    plain(264, "IPN", fields<kU64>()),
    plain(32768, "TA", fields<kU16, kSecAlgorithm, kDsDigest>()),
    plain(32769, "DLV", fields<kU16, kSecAlgorithm, kDsDigest>()),
};

constexpr size_t kRowCount = std::size(kRows);
constexpr uint8_t kNoRow = 255;
static_assert(kRowCount < kNoRow);

/// Up to 16 bytes of a mnemonic, in upper case.
struct Mnemonic {
  uint64_t low = 0;
  uint64_t high = 0;
  constexpr bool operator==(const Mnemonic&) const = default;
};

constexpr uint64_t upper_bytes(uint64_t x) {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  const uint64_t low_bits = x & (kOnes * 0x7f);
  const uint64_t from_a = low_bits + kOnes * (0x80 - 'a');
  const uint64_t above_z = low_bits + kOnes * (0x7f - 'z');
  const uint64_t letters = (from_a ^ above_z) & ~x & (kOnes * 0x80);
  return x ^ (letters >> 2);
}

constexpr Mnemonic slow_mnemonic(std::string_view text) {
  Mnemonic m;
  for (size_t i = 0; i < text.size(); i++) {
    (i < 8 ? m.low : m.high) |= static_cast<uint64_t>(static_cast<uint8_t>(text[i])) << (i % 8 * 8);
  }
  return m;
}

template <class T>
uint64_t load_little(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

/// The same as slow_mnemonic by overlapping loads; 1 to 16 bytes.
Mnemonic fast_mnemonic(std::string_view text) {
  const char* p = text.data();
  const size_t n = text.size();
  if (n >= 8) {
    const uint64_t high = n == 8 ? 0 : load_little<uint64_t>(p + n - 8) >> ((16 - n) * 8);
    return {load_little<uint64_t>(p), high};
  }
  if (n >= 4) return {load_little<uint32_t>(p) | load_little<uint32_t>(p + n - 4) << ((n - 4) * 8), 0};
  return {load_little<uint8_t>(p) | load_little<uint8_t>(p + n / 2) << (n / 2 * 8) |
              load_little<uint8_t>(p + n - 1) << ((n - 1) * 8),
          0};
}

constexpr size_t kSlots = 1024;

constexpr size_t slot_of(Mnemonic m, uint64_t multiplier) {
  return ((m.low ^ m.high * 31) * multiplier) >> 54;
}

/// A hash without collisions over the mnemonics of the table, found by the compiler.
struct MnemonicHash {
  uint64_t multiplier = 0;
  std::array<uint8_t, kSlots> slots{};
  std::array<Mnemonic, kRowCount> keys{};
};

constexpr bool fill(MnemonicHash& hash) {
  hash.slots.fill(kNoRow);
  for (size_t i = 0; i < kRowCount; i++) {
    uint8_t& slot = hash.slots[slot_of(hash.keys[i], hash.multiplier)];
    if (slot != kNoRow) return false;
    slot = static_cast<uint8_t>(i);
  }
  return true;
}

constexpr MnemonicHash make_hash() {
  MnemonicHash hash;
  for (size_t i = 0; i < kRowCount; i++) hash.keys[i] = slow_mnemonic(kRows[i].mnemonic);
  hash.multiplier = 0x9e3779b97f4a7c15ULL;
  while (!fill(hash)) hash.multiplier = hash.multiplier * 6364136223846793005ULL + 2;
  return hash;
}

constexpr MnemonicHash kHash = make_hash();

constexpr size_t kLowTypes = 265;

constexpr std::array<uint8_t, kLowTypes> make_low_index() {
  std::array<uint8_t, kLowTypes> index{};
  index.fill(kNoRow);
  for (size_t i = 0; i < kRowCount; i++) {
    if (number(kRows[i].type) < kLowTypes) index[number(kRows[i].type)] = static_cast<uint8_t>(i);
  }
  return index;
}

constexpr auto kLowIndex = make_low_index();

}  // namespace

std::span<const RRTypeRow> all_rows() {
  return kRows;
}

const RRTypeRow* find_row(RRType type) {
  const uint16_t n = number(type);
  if (n < kLowTypes) return kLowIndex[n] == kNoRow ? nullptr : &kRows[kLowIndex[n]];
  for (size_t i = kRowCount; i-- > 0 && number(kRows[i].type) >= kLowTypes;) {
    if (kRows[i].type == type) return &kRows[i];
  }
  return nullptr;
}

const RRTypeRow* find_row(std::string_view mnemonic) {
  if (mnemonic.empty() || mnemonic.size() > 16) return nullptr;
  Mnemonic m = fast_mnemonic(mnemonic);
  m = {upper_bytes(m.low), upper_bytes(m.high)};
  const uint8_t row = kHash.slots[slot_of(m, kHash.multiplier)];
  if (row == kNoRow || kHash.keys[row] != m || kRows[row].mnemonic.size() != mnemonic.size()) return nullptr;
  return &kRows[row];
}

}  // namespace nomen::dns
