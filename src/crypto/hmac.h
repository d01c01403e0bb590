// HMAC (RFC 2104) over OpenSSL: rndc's channel and TSIG sign with it.
// Thread rule: an Hmac belongs to one thread at a time; the free functions may be called from any.
#pragma once
#include <memory>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace nomen::crypto {

/// A MAC made piece by piece.
class Hmac {
 public:
  /// The key may be of any length, also empty.
  Hmac(DigestAlgorithm algorithm, Bytes key);
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;
  ~Hmac();

  Hmac& update(Bytes data);
  /// The MAC of all that was given; afterwards the object starts anew with the same key.
  DigestValue finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

DigestValue hmac(DigestAlgorithm algorithm, Bytes key, Bytes data);

/// Compares in a time that depends on the lengths only, so that it tells nothing about where a guess went
/// wrong.
bool equal_constant_time(Bytes a, Bytes b);

}  // namespace nomen::crypto
