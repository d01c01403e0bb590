// A Change as octets, as the rows of the log keep it: small, since most changes are one RR and a new serial.
//
//   u8 format (1) | varint RRs removed | varint RRs added | the RRs, removed ones first | u32 checksum
//   an RR: u8 of flags: 1 owner, 2 type, 4 TTL are those of the RR before; 8 an SOA that differs from the SOA
//            before in nothing but the serial
//          owner: u8 octets that it has in common with the end of the first owner | u8 others | the others
//          varint type | varint TTL | varint size of the rdata, rdata (with flag 8: u32 serial instead)
//
// Varints have seven bits an octet, the low ones first; the checksum is the low half of checksum64 of all
// before it, big-endian. Thread rule: pure functions.
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/types.h"
#include "zone/change.h"

namespace nomen::store {

/// Fails when the change is larger than kMaxChangeBytes (limits.h).
Result<std::vector<uint8_t>> encode_change(const zone::Change& change);

/// `bytes` come from a disk: every length, name and rdata is checked.
Result<zone::Change> decode_change(Bytes bytes, dns::RRClass rr_class);

}  // namespace nomen::store
