// Second stage: the records behind the question, of which OPT (RFC 6891) and signatures matter; and the
// options of our own OPT: cookie (RFC 7873), NSID (RFC 5001), keepalive (RFC 7828), extended errors
// (RFC 8914).
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "answer/query.h"
#include "base/bytes.h"

namespace nomen::answer {

/// Writes query.edns, and query.early when the message is malformed or of a version we do not know.
void read_edns(Query& query, const ServerSettings& server, uint32_t now_s);

/// Extended DNS errors that this server says (RFC 8914 5.2).
enum class ExtendedError : uint16_t {
  kNone = 0xffff,
  kNotReady = 14,
  kProhibited = 18,
  kNotAuthoritative = 20
};

/// The coded options of a reply.
class OptOptions {
 public:
  Bytes bytes() const { return {data_.data(), size_}; }
  void clear() { size_ = 0; }
  void add(uint16_t code, Bytes value);
  void add(ExtendedError error);

 private:
  static constexpr size_t kCapacity = 512;
  size_t size_ = 0;
  std::array<uint8_t, kCapacity> data_;
};

/// Adds what our OPT answers to theirs.
void add_reply_options(const Query& query, const ServerSettings& server, const ViewSettings* view,
                       uint32_t now_s, OptOptions& options);

}  // namespace nomen::answer
