// Rdata: text to wire, wire to text, checked wire, canonical order. All of it follows from rr_table.h.
// Rdata "in wire form" here is uncompressed, without its length, at most 65535 bytes.
// Unknown types and the \# form are RFC 3597's. Thread rule: free functions, any thread.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::dns {

inline constexpr size_t kMaxRdataBytes = 65535;

/// Room for one rdata; kept by the caller and used again and again.
class RdataBuffer {
 public:
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  Bytes bytes() const { return {data_.data(), size_}; }
  uint8_t* data() { return data_.data(); }
  /// False when it would be longer than 65535 bytes; nothing is added then.
  bool append(Bytes bytes) {
    if (size_ + bytes.size() > kMaxRdataBytes) return false;
    if (!bytes.empty()) std::memcpy(&data_[size_], bytes.data(), bytes.size());
    size_ += bytes.size();
    return true;
  }
  void set_size(size_t size) { size_ = size; }  ///< after writing through data(); at most kMaxRdataBytes

 private:
  size_t size_ = 0;
  std::array<uint8_t, kMaxRdataBytes + 64> data_;  // slack for padded writes
};

/// One token of rdata: its text, escapes not undone, quotes taken off; key="x" is one token, or key= and "x".
struct TextToken {
  std::string_view text;
  bool quoted = false;
};

/// Which token is wrong (its index; tokens.size() when one is missing) and what was expected.
struct RdataTextError {
  size_t token = 0;
  std::string text;
};

/// Master-file text to wire, appended to a cleared `out`. Relative names are completed with `origin`.
std::expected<void, RdataTextError> rdata_from_text(RRType type, RRClass rr_class,
                                                    std::span<const TextToken> tokens, NameView origin,
                                                    RdataBuffer& out);

/// How rdata is printed. BIND's forms: dig's one-line and +multiline, named-checkzone -D / the zone dumps.
struct RdataStyle {
  bool multiline = false;        ///< SOA, DNSKEY, RRSIG ... broken over lines in parentheses, with comments
  bool unknown_format = false;   ///< everything as \# (RFC 3597)
  uint32_t split_width = 56;     ///< base64/hex blobs: a blank after so many characters; 0: never
  NameView origin = NameView();  ///< names below it are printed relative; the root: all absolute
  std::string_view line_break = "\n\t\t\t\t\t";  ///< what begins a continued line in multiline style
};

/// Presentation form; rdata that is not valid for the type is printed as \# so that nothing is hidden.
std::string rdata_to_text(RRType type, RRClass rr_class, Bytes rdata, const RdataStyle& style = {});

/// Rdata out of a message: checked against the row, names decompressed, appended to a cleared `out`.
/// Compressed names are accepted only where RFC 3597 4 allows a receiver to. `message` is the whole message.
Result<void> rdata_from_message(RRType type, RRClass rr_class, Bytes message, size_t at, size_t length,
                                RdataBuffer& out);

/// Whether `rdata` (uncompressed) is well-formed for its type.
Result<void> check_rdata(RRType type, RRClass rr_class, Bytes rdata);

/// RFC 4034 6.3 order of two rdata of one type (names lower-cased where 6.2 says so).
std::strong_ordering compare_rdata(RRType type, RRClass rr_class, Bytes a, Bytes b);

/// Canonical form (names lower-cased where RFC 4034 6.2 says so), appended to a cleared `out`.
void canonical_rdata(RRType type, RRClass rr_class, Bytes rdata, RdataBuffer& out);

/// Where the domain names lie in a well-formed `rdata`: offset of each, in order. At most 8 are reported.
struct RdataNames {
  std::array<uint16_t, 8> offsets{};
  size_t count = 0;
};
RdataNames names_in_rdata(RRType type, RRClass rr_class, Bytes rdata);

}  // namespace nomen::dns
