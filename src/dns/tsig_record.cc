// The TSIG record on the wire (RFC 8945 4.2): found and taken apart, put together and appended.
#include "base/contract.h"
#include "dns/compressed_name.h"
#include "dns/message_reader.h"
#include "dns/tsig.h"

namespace nomen::dns {

namespace {

/// Of the rdata behind the algorithm: times and the size of the MAC; and behind the MAC: ID, error, size of
/// other.
constexpr size_t kTimesBytes = 10;
constexpr size_t kTailBytes = 6;

std::unexpected<Error> malformed() {
  return failure("malformed TSIG record");
}

/// A record passed without taking its owner apart.
struct Passed {
  size_t at = 0;
  size_t fixed_at = 0;  ///< type, class, TTL, size; the rdata is behind
  size_t end = 0;
};

bool pass_record(Bytes message, size_t at, Passed& record) {
  record.at = at;
  if (!skip_name(message, at) || message.size() - at < kFixedRecordBytes) return false;
  record.fixed_at = at;
  at += kFixedRecordBytes;
  const size_t size = load_u16(&message[record.fixed_at + 8]);
  record.end = at + size;
  return size <= message.size() - at;
}

bool pass_questions(Bytes message, size_t count, size_t& at) {
  for (; count > 0; count--) {
    if (!skip_name(message, at) || message.size() - at < 4) return false;
    at += 4;
  }
  return true;
}

Result<TsigRecord> take_apart(Bytes message, const Passed& record) {
  const uint8_t* const fixed = &message[record.fixed_at];
  if (static_cast<RRClass>(load_u16(fixed + 2)) != RRClass::kAny || load_u32(fixed + 4) != 0)
    return malformed();
  TsigRecord tsig;
  tsig.at = record.at;
  if (!read_name(message, record.at, tsig.key_name)) return malformed();
  size_t at = record.fixed_at + kFixedRecordBytes;
  std::array<uint8_t, kMaxNameBytes> wire;
  const size_t algorithm_size = decompress_name(message, at, record.end, 0, wire);
  if (algorithm_size == 0 || record.end - at < kTimesBytes) return malformed();
  tsig.algorithm = Name(NameView(wire.data(), algorithm_size));
  const uint8_t* const times = &message[at];
  tsig.time_signed_s = uint64_t{load_u16(times)} << 32 | load_u32(times + 2);
  tsig.fudge_s = load_u16(times + 6);
  const size_t mac_size = load_u16(times + 8);
  at += kTimesBytes;
  if (record.end - at < mac_size + kTailBytes) return malformed();
  tsig.mac = message.subspan(at, mac_size);
  const uint8_t* const tail = &message[at + mac_size];
  tsig.original_id = load_u16(tail);
  tsig.error = static_cast<Rcode>(load_u16(tail + 2));
  at += mac_size + kTailBytes;
  tsig.other = message.subspan(at, record.end - at);
  if (tsig.other.size() != load_u16(tail + 4)) return malformed();
  return tsig;
}

void put(Bytes bytes, uint8_t*& p) {
  if (!bytes.empty()) std::memcpy(p, bytes.data(), bytes.size());
  p += bytes.size();
}

}  // namespace

Result<std::optional<TsigRecord>> find_tsig(Bytes message) {
  const auto reader = MessageReader::open(message);
  if (!reader) return std::unexpected(reader.error());
  const Header& header = reader->header();
  size_t at = kHeaderBytes;
  if (!pass_questions(message, header.questions, at)) return failure("malformed question section");
  const size_t count = size_t{header.answers} + header.authorities + header.additionals;
  for (size_t i = 0; i < count; i++) {
    Passed record;
    if (!pass_record(message, at, record)) return failure("malformed record");
    at = record.end;
    if (static_cast<RRType>(load_u16(&message[record.fixed_at])) != RRType::kTsig) continue;
    if (i + 1 != count || header.additionals == 0 || at != message.size())
      return failure("TSIG record that is not the last one of the message");
    auto tsig = take_apart(message, record);
    if (!tsig) return std::unexpected(tsig.error());
    return *tsig;
  }
  return std::nullopt;
}

size_t tsig_bytes(NameView key_name, NameView algorithm, size_t mac_bytes, size_t other_bytes) {
  return key_name.size() + kFixedRecordBytes + algorithm.size() + kTimesBytes + mac_bytes + kTailBytes +
         other_bytes;
}

size_t append_tsig(MutableBytes message, size_t size, const TsigRecord& tsig) {
  const size_t added = tsig_bytes(tsig.key_name, tsig.algorithm, tsig.mac.size(), tsig.other.size());
  NOMEN_REQUIRE(size >= kHeaderBytes && size <= message.size() && added <= message.size() - size);
  uint8_t* p = &message[size];
  put(tsig.key_name.bytes(), p);
  store_u16(p, number(RRType::kTsig));
  store_u16(p + 2, number(RRClass::kAny));
  store_u32(p + 4, 0);
  store_u16(p + 8, static_cast<uint16_t>(added - tsig.key_name.size() - kFixedRecordBytes));
  p += kFixedRecordBytes;
  put(tsig.algorithm.bytes(), p);
  store_u16(p, static_cast<uint16_t>(tsig.time_signed_s >> 32));
  store_u32(p + 2, static_cast<uint32_t>(tsig.time_signed_s));
  store_u16(p + 6, tsig.fudge_s);
  store_u16(p + 8, static_cast<uint16_t>(tsig.mac.size()));
  p += kTimesBytes;
  put(tsig.mac, p);
  store_u16(p, tsig.original_id);
  store_u16(p + 2, static_cast<uint16_t>(tsig.error));
  store_u16(p + 4, static_cast<uint16_t>(tsig.other.size()));
  p += kTailBytes;
  put(tsig.other, p);
  uint8_t* const additionals = &message[10];
  store_u16(additionals, static_cast<uint16_t>(load_u16(additionals) + 1));
  return size + added;
}

}  // namespace nomen::dns
