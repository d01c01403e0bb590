#include "dns/rdata/wire_reader.h"

#include <array>

#include "dns/compressed_name.h"

namespace nomen::dns {

bool WireReader::take(size_t count, Bytes& bytes) {
  if (count > remaining()) return false;
  bytes = bytes_.subspan(at_, count);
  at_ += count;
  return copy(bytes);
}

bool WireReader::u8(uint8_t& value) {
  Bytes bytes;
  if (!take(1, bytes)) return false;
  value = bytes[0];
  return true;
}

bool WireReader::u16(uint16_t& value) {
  Bytes bytes;
  if (!take(2, bytes)) return false;
  value = load_u16(bytes.data());
  return true;
}

bool WireReader::u32(uint32_t& value) {
  Bytes bytes;
  if (!take(4, bytes)) return false;
  value = load_u32(bytes.data());
  return true;
}

bool WireReader::u64(uint64_t& value) {
  Bytes bytes;
  if (!take(8, bytes)) return false;
  value = load_u64(bytes.data());
  return true;
}

Bytes WireReader::rest() {
  Bytes bytes;
  return take(remaining(), bytes) ? bytes : Bytes();
}

bool WireReader::string(Bytes& text) {
  uint8_t length = 0;
  return u8(length) && take(length, text);
}

bool WireReader::name(NameView& name) {
  const size_t offset = out_ != nullptr ? out_->size() : at_ - start_;
  if (!(out_ != nullptr ? message_name(name) : plain_name(name))) return false;
  if (names_.count < names_.offsets.size()) names_.offsets[names_.count++] = static_cast<uint16_t>(offset);
  return true;
}

bool WireReader::plain_name(NameView& name) {
  size_t at = at_;
  for (;;) {
    if (at >= end_ || bytes_[at] > kMaxLabelBytes) return false;
    const size_t length = bytes_[at];
    at += length + 1;
    if (at > end_ || at - at_ > kMaxNameBytes) return false;
    if (length == 0) break;
  }
  name = NameView(bytes_.data() + at_, at - at_);
  at_ = at;
  return true;
}

bool WireReader::message_name(NameView& name) {
  std::array<uint8_t, kMaxNameBytes> wire;
  const size_t pointers = compression_ == Compression::kAccepted ? kMaxPointers : 0;
  const size_t size = decompress_name(bytes_, at_, end_, pointers, wire);
  if (size == 0 || !out_->append({wire.data(), size})) return false;
  name = NameView(out_->data() + out_->size() - size, size);
  return true;
}

}  // namespace nomen::dns
