// A message of BIND's control protocol (version 1) as a value, and its wire form. A frame is a 32-bit length,
// the version, and a table of three: _auth (an HMAC over all that follows it), _ctrl (serial, clock, nonce)
// and _data (the command, or how it ended). HMAC-MD5 signs in the old form (hmd5: base64 without padding),
// the SHA family in the new one (hsha: a byte for the algorithm and base64 padded with zero bytes to 88).
// Thread rule: values and free functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "control/rndc_table.h"
#include "crypto/digest.h"

namespace nomen::control {

/// A shared secret of a controls or rndc.conf statement.
struct RndcKey {
  std::string name;
  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::kSha256;
  std::vector<uint8_t> secret;
};

/// "hmac-sha256" and its brothers, with or without "hmac-", any case, as BIND's key statements have them.
std::optional<crypto::DigestAlgorithm> parse_hmac_name(std::string_view name);
/// "hmac-sha256".
std::string_view hmac_name(crypto::DigestAlgorithm algorithm);

struct RndcMessage {
  uint32_t serial = 0;                ///< _ser: chosen by the client, one higher each message
  uint32_t time_s = 0;                ///< _tim: the client's clock, seconds since 1970
  std::optional<uint32_t> expires_s;  ///< _exp: not to be believed later than this
  std::optional<uint32_t> nonce;      ///< _nonce: the server's, from its first reply on
  bool is_reply = false;              ///< _rpl
  std::string command;                ///< type: the command with its arguments; "null" in the handshake
  std::optional<uint32_t> result;     ///< a reply's result code
  std::optional<std::string> error;   ///< err: words for a failure; its presence is the failure for rndc
  std::optional<std::string> text;    ///< what the command has to say

  bool operator==(const RndcMessage&) const = default;
};

/// The whole frame, signed.
std::vector<uint8_t> encode_message(const RndcMessage& message, const RndcKey& key);

/// A message that came in, not yet believed. The error texts are BIND's: "failure", "unknown version" ...
class ReceivedMessage {
 public:
  /// `frame` without its length; it is not kept.
  static Result<ReceivedMessage> parse(Bytes frame);

  bool is_signed_with(const RndcKey& key) const;
  /// What the message says; to be believed only after is_signed_with().
  const RndcMessage& message() const { return message_; }

 private:
  RndcMessage message_;
  std::vector<uint8_t> signed_bytes_;
  std::optional<std::string> hmd5_;
  std::optional<std::string> hsha_;
};

/// Puts frames together from the bytes of a stream.
class RndcFramer {
 public:
  explicit RndcFramer(size_t max_bytes) : max_bytes_(max_bytes) {}

  void append(Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }
  /// The next whole frame without its length; nullopt: more bytes are needed. An error ("out of range") when
  /// a frame is announced that is longer than the limit: the stream cannot be used any more.
  Result<std::optional<std::vector<uint8_t>>> next();

 private:
  size_t max_bytes_;
  std::vector<uint8_t> buffer_;
};

}  // namespace nomen::control
