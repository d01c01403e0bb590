// HMAC (RFC 2104) over OpenSSL's hashes: rndc's channel and TSIG sign with it.
// What a key alone contributes is worked out once, in an HmacKey; a MAC then begins from a copy of it, so
// that it costs no more than its hashes: no key schedule, no allocation. Thread rule: values; the free
// functions may be called from any thread.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace nomen::crypto {

/// A hash under way, as OpenSSL keeps it (the largest is SHA-512's).
struct HashState {
  alignas(8) std::array<uint8_t, 216> bytes;
};

/// A key and its algorithm, ready for making MACs.
class HmacKey {
 public:
  /// The key may be of any length, also empty.
  HmacKey(DigestAlgorithm algorithm, Bytes key);

  DigestAlgorithm algorithm() const { return algorithm_; }

 private:
  friend class Hmac;
  DigestAlgorithm algorithm_;
  HashState inner_{};  ///< the hash of the data has begun with the key
  HashState outer_{};  ///< the hash of that hash, too
};

/// A MAC made piece by piece. The key outlives it.
class Hmac {
 public:
  explicit Hmac(const HmacKey& key) : key_(&key), state_(key.inner_) {}

  Hmac& update(Bytes data);
  /// The MAC of all that was given; afterwards the object starts anew with the same key.
  DigestValue finish();

 private:
  const HmacKey* key_;
  HashState state_;
};

DigestValue hmac(DigestAlgorithm algorithm, Bytes key, Bytes data);

/// Compares in a time that depends on the lengths only, so that it tells nothing about where a guess went
/// wrong.
bool equal_constant_time(Bytes a, Bytes b);

}  // namespace nomen::crypto
