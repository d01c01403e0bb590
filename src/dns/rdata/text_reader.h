// The tokens of one rdata, read from left to right, and the wire bytes that come of them.
// Every reading function answers false when the text is wrong; error() then says which token and why. The
// good way allocates nothing. Thread rule: one reader, one thread.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "dns/rdata.h"

namespace nomen::dns {

class TextReader {
 public:
  TextReader(std::span<const TextToken> tokens, NameView origin, RdataBuffer& out)
      : tokens_(tokens), origin_(origin), out_(out) {}

  bool at_end() const { return next_ == tokens_.size(); }
  size_t remaining() const { return tokens_.size() - next_; }
  /// The next token without taking it; not at the end.
  const TextToken& peek() const { return tokens_[next_]; }
  /// The next token, which must not be quoted.
  bool word(std::string_view& text);
  /// The next token, quoted or not.
  bool token(TextToken& token);

  /// A decimal number up to `max`.
  bool number(uint32_t& value, uint32_t max = std::numeric_limits<uint32_t>::max());
  /// A name, relative ones completed with the origin, written to the wire.
  bool name();

  bool put(Bytes bytes) { return out_.append(bytes) || fail("rdata would be longer than 65535 bytes"); }
  bool put_u8(uint32_t value);
  bool put_u16(uint32_t value);
  bool put_u32(uint32_t value);
  /// A number read and written in so many bits.
  bool number_u8() {
    uint32_t v;
    return number(v, 0xff) && put_u8(v);
  }
  bool number_u16() {
    uint32_t v;
    return number(v, 0xffff) && put_u16(v);
  }
  bool number_u32() {
    uint32_t v;
    return number(v) && put_u32(v);
  }

  NameView origin() const { return origin_; }
  RdataBuffer& out() { return out_; }

  /// Says that the token taken last is wrong (always false). `what` lives as long as the program.
  bool fail(std::string_view what);
  RdataTextError error() const { return {error_token_, std::string(error_text_)}; }

 private:
  bool fail_at_end();

  std::span<const TextToken> tokens_;
  NameView origin_;
  RdataBuffer& out_;
  size_t next_ = 0;
  size_t error_token_ = 0;
  std::string_view error_text_;
};

}  // namespace nomen::dns
