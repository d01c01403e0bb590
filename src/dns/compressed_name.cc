#include "dns/compressed_name.h"

namespace nomen::dns {

namespace {

/// The two highest bits of a length byte: a pointer. 01 and 10 are no labels either (RFC 1035 4.1.4).
constexpr uint8_t kPointer = 0xc0;

}  // namespace

size_t decompress_name(Bytes message, size_t& at, size_t limit, size_t pointers,
                       std::array<uint8_t, kMaxNameBytes>& wire) {
  size_t size = 0;
  size_t from = at;
  size_t segment = at;  // a pointer must lead before this, so that every step goes back
  size_t behind = 0;    // where the message goes on, once a pointer has been met
  for (;;) {
    if (from >= limit) return 0;
    const size_t length = message[from];
    if (length > kMaxLabelBytes) {
      if (length < kPointer || pointers-- == 0 || from + 2 > limit) return 0;
      const size_t target = load_u16(&message[from]) & 0x3fffU;
      if (target >= segment) return 0;
      if (behind == 0) behind = from + 2;
      from = segment = target;
      limit = message.size();
      continue;
    }
    if (from + length + 1 > limit || size + length + 1 > wire.size()) return 0;
    std::memcpy(&wire[size], &message[from], length + 1);
    size += length + 1;
    from += length + 1;
    if (length == 0) break;
  }
  at = behind != 0 ? behind : from;
  return size;
}

bool skip_name(Bytes message, size_t& at) {
  for (size_t from = at; from < message.size();) {
    const size_t length = message[from];
    if (length > kMaxLabelBytes) {
      at = from + 2;
      return length >= kPointer && at <= message.size();
    }
    from += length + 1;
    if (length != 0) continue;
    at = from;
    return true;
  }
  return false;
}

}  // namespace nomen::dns
