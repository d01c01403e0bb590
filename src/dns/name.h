// Domain names in wire form (RFC 1035 3.1), their text (5.1) and canonical order (RFC 4034 6.1).
// A NameView points at somebody's uncompressed wire bytes; a Name owns its own, inline, without allocation.
// Both end in the root label. The case of letters is kept; comparing ignores it (RFC 4343).
// Thread rule: values.
#pragma once
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen::dns {

inline constexpr size_t kMaxNameBytes = 255;  // RFC 1035 2.3.4
inline constexpr size_t kMaxLabelBytes = 63;  // RFC 1035 2.3.4
inline constexpr size_t kMaxLabels = 128;     // 127 labels of one byte, and the root

/// A lower-case copy of an ASCII letter, any other byte as it is.
inline constexpr uint8_t lower(uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<uint8_t>(c | 0x20) : c;
}

inline constexpr bool is_digit(uint8_t c) {
  return c >= '0' && c <= '9';
}

/// Lower-cases wire bytes of a name from `from` to `to` (same or disjoint places). Length bytes are below
/// 'A', so the whole name goes through at once. May read and write up to 31 bytes past `size` at both places.
inline void lower_padded(const uint8_t* from, uint8_t* to, size_t size) {
#if defined(__SSE2__)
  const __m128i before_a = _mm_set1_epi8('A' - 1);
  const __m128i after_z = _mm_set1_epi8('Z' + 1);
  const __m128i bit = _mm_set1_epi8(0x20);
  for (size_t i = 0; i < size; i += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    const __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(v, before_a), _mm_cmplt_epi8(v, after_z));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm_or_si128(v, _mm_and_si128(upper, bit)));
  }
#else
  for (size_t i = 0; i < size; i++) to[i] = lower(from[i]);
#endif
}

class NameView {
 public:
  constexpr NameView() = default;
  /// `data` is a valid uncompressed name of `size` bytes, root label included.
  constexpr NameView(const uint8_t* data, size_t size) : data_(data), size_(static_cast<uint8_t>(size)) {}

  constexpr const uint8_t* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  Bytes bytes() const { return {data_, size_}; }

  bool is_root() const { return size_ == 1; }
  bool is_wildcard() const { return size_ > 2 && data_[0] == 1 && data_[1] == '*'; }
  /// Labels without the root: 0 for ".", 2 for "example.com.".
  size_t label_count() const;
  /// The name without its first label; not for the root.
  NameView parent() const { return {data_ + data_[0] + 1, static_cast<size_t>(size_ - data_[0] - 1)}; }
  /// The name without its first `count` labels (count <= label_count()).
  NameView strip(size_t count) const;
  /// Whether this name is `ancestor` or below it.
  bool is_at_or_below(NameView ancestor) const;
  bool is_below(NameView ancestor) const { return size_ > ancestor.size_ && is_at_or_below(ancestor); }

  /// Equal without regard to case.
  friend bool operator==(NameView a, NameView b);
  /// Canonical order, RFC 4034 6.1.
  friend std::weak_ordering operator<=>(NameView a, NameView b);

 private:
  static constexpr uint8_t kRoot[1] = {0};
  const uint8_t* data_ = kRoot;
  uint8_t size_ = 1;
};

class Name {
 public:
  Name() : size_(1) { wire_[0] = 0; }  ///< the root
  explicit Name(NameView view) : size_(static_cast<uint8_t>(view.size())) {
    std::memcpy(wire_.data(), view.data(), view.size());
  }
  Name(const Name& other) : Name(other.view()) {}
  Name& operator=(const Name& other) {
    size_ = other.size_;
    std::memmove(wire_.data(), other.wire_.data(), other.size_);
    return *this;
  }

  /// Text to name: escapes \. and \DDD, "@" alone is the origin; a text without final dot is completed with
  /// `origin`. Errors say which: empty label, label above 63, name above 255, bad escape.
  static Result<Name> parse(std::string_view text, NameView origin);
  /// The same with the root as origin.
  static Result<Name> parse(std::string_view text);
  /// An uncompressed name at the start of `wire`; its size is how much of `wire` it takes.
  static Result<Name> from_wire(Bytes wire);

  NameView view() const { return {wire_.data(), size_}; }
  operator NameView() const {
    return view();
  }  // NOLINT(google-explicit-constructor): a Name is a NameView that owns
  const uint8_t* data() const { return wire_.data(); }
  size_t size() const { return size_; }
  Bytes bytes() const { return {wire_.data(), size_}; }
  size_t label_count() const { return view().label_count(); }
  bool is_root() const { return size_ == 1; }

  /// All letters in lower case: the canonical form (RFC 4034 6.2).
  Name lowered() const;
  /// One more label in front; fails when the name would be longer than 255 bytes.
  Result<Name> with_label(Bytes label) const;
  /// `prefix` (its root label dropped) in front of `suffix`.
  static Result<Name> joined(NameView prefix, NameView suffix);

  friend bool operator==(const Name& a, const Name& b) { return a.view() == b.view(); }
  friend std::weak_ordering operator<=>(const Name& a, const Name& b) { return a.view() <=> b.view(); }

 private:
  uint8_t size_;
  std::array<uint8_t, kMaxNameBytes> wire_;
};

/// Presentation form as BIND prints it: "example.com." with the final dot, special characters escaped.
std::string to_string(NameView name);
/// The same without the final dot (the root stays "."): how BIND's log lines and rndc write zone names.
std::string to_string_no_dot(NameView name);
/// Relative to `origin` where it is at or below it ("@" for the origin itself), else absolute.
std::string to_relative_string(NameView name, NameView origin);

/// A name for a person's eyes in logs: A-labels decoded where they are valid IDN ("bücher.example").
std::string to_unicode(NameView name);

/// Case-insensitive hash for use in standard containers.
struct NameHash {
  using is_transparent = void;
  size_t operator()(NameView name) const;
  size_t operator()(const Name& name) const { return (*this)(name.view()); }
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(NameView a, NameView b) const { return a == b; }
};

}  // namespace nomen::dns
