// The kinds of fields that rdata is made of, and the code that goes with each: reading its text, writing its
// text, and checking its wire form. A row of rr_table.h is a list of these kinds; a type whose fields depend
// on each other is one field of a kind of its own.
// Thread rule: constant data and free functions.
#pragma once
#include <cstdint>

#include "dns/rr_table.h"

namespace nomen::dns {

enum class FieldKind : uint8_t {
  // Numbers and addresses.
  kU8,
  kU16,
  kU32,
  kU64,
  kSoaNumbers,  ///< serial, and four periods whose text may have units ("1h30m")
  kIpv4,
  kIpv6,
  kNodeId,  ///< 64 bits as four groups of hex (NID, L64: RFC 6742)
  kEui48,
  kEui64,
  kChaosAddress,  ///< 16 bits in octal (A in class CH)
  // Names and strings.
  kName,
  kString,            ///< one <character-string>
  kStrings,           ///< one or more of them to the end
  kOptionalString,    ///< one, or none
  kLongString,        ///< quoted text to the end of the rdata, without a length (CAA, URI)
  kQuotedLongString,  ///< the same, the quotes being asked for in text
  kCaaTag,
  kPsdnAddress,  ///< X25: four digits or more
  // Blobs to the end.
  kHex,
  kBase64,
  kOptionalBase64,
  kDhcid,
  kHostIdentity,  ///< HHIT and BRID
  kDsDigest,      ///< digest type, and hex of the length that the type asks for
  kSshDigest,     ///< the same for SSHFP
  kZonemdDigest,  ///< the same for ZONEMD
  kNsap,
  kAtma,
  kOpaque,  ///< RFC 3597's form only
  // DNSSEC.
  kType,               ///< RR type as mnemonic
  kSecAlgorithm,       ///< number or mnemonic; printed as a number
  kSignatureTimes,     ///< expiration and inception, YYYYMMDDHHMMSS or seconds of the epoch
  kOldSignatureTimes,  ///< the same in SIG
  kTypeBitmap,         ///< RFC 4034 4.1.2; may be empty
  kNsec3Bitmap,        ///< the same
  kNsecBitmap,         ///< not empty
  kNxtBitmap,          ///< RFC 2535 5.2
  kHashAlgorithm,      ///< NSEC3 hash, number or mnemonic
  kSalt,
  kNextHashed,  ///< length and base32hex
  kKey,         ///< flags, protocol, algorithm, key
  kDnskey,      ///< the same for zones
  kRkey,        ///< the same with flags 0
  kCertType,
  kCertAlgorithm,
  // The whole rdata of the odd types, one file each.
  kWks,
  kLoc,
  kA6,
  kApl,
  kNaptr,
  kIpseckey,
  kHip,
  kServiceBinding,  ///< SVCB and HTTPS
  kAmtrelay,
  kDoa,
  kDsyncScheme,
  kTsig,
  kTkey,
  kOptions,  ///< OPT
};

class TextReader;
class TextWriter;
class WireReader;

/// What can be done with a field. Each answers false when the field is malformed; a TextReader keeps why.
struct FieldCodec {
  bool (*read)(TextReader& in);
  bool (*write)(WireReader& in, TextWriter& out);
  bool (*check)(WireReader& in);
};

const FieldCodec& codec_of(FieldKind kind);

}  // namespace nomen::dns
