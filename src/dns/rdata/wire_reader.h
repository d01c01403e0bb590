// The wire bytes of one rdata, read from left to right with every length checked: either uncompressed rdata
// as such, or rdata inside a message, whose names are decompressed on the way into a buffer. So the code that
// checks a field is also the code that takes it out of a message. Thread rule: one reader, one thread.
#pragma once
#include <cstdint>

#include "dns/rdata.h"

namespace nomen::dns {

/// Whether names may be compression pointers (RFC 1035 4.1.4).
enum class Compression : uint8_t { kRefused, kAccepted };

class WireReader {
 public:
  explicit WireReader(Bytes rdata) : bytes_(rdata), end_(rdata.size()) {}
  /// The `length` bytes at `at` of `message` (they lie inside it); what is read goes to `out` too.
  WireReader(Bytes message, size_t at, size_t length, Compression compression, RdataBuffer& out)
      : bytes_(message), at_(at), start_(at), end_(at + length), compression_(compression), out_(&out) {}

  bool at_end() const { return at_ == end_; }
  size_t remaining() const { return end_ - at_; }
  /// The next byte without taking it; not at the end.
  uint8_t peek() const { return bytes_[at_]; }

  bool u8(uint8_t& value);
  bool u16(uint16_t& value);
  bool u32(uint32_t& value);
  bool u64(uint64_t& value);
  bool take(size_t count, Bytes& bytes);
  bool skip(size_t count) {
    Bytes unused;
    return take(count, unused);
  }
  Bytes rest();
  /// The bytes of a <character-string>.
  bool string(Bytes& text);
  bool name(NameView& name);
  bool skip_name() {
    NameView unused;
    return name(unused);
  }

  /// Where the names read so far lie in the uncompressed rdata.
  const RdataNames& names() const { return names_; }

 private:
  bool copy(Bytes bytes) { return out_ == nullptr || out_->append(bytes); }
  bool plain_name(NameView& name);
  bool message_name(NameView& name);

  Bytes bytes_;
  size_t at_ = 0;
  size_t start_ = 0;
  size_t end_ = 0;
  Compression compression_ = Compression::kRefused;
  RdataBuffer* out_ = nullptr;
  RdataNames names_;
};

}  // namespace nomen::dns
