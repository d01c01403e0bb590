// The functions of OpenSSL that are used here are those that version 3 marks as old: they work on a state
// that is a plain value, which can be kept per key and copied. Through EVP_MAC, setting up a context and
// copying a keyed one costs more than the hashes of a short message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hmac.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

namespace nomen::crypto {

namespace {

constexpr size_t kMaxBlockBytes = 128;
constexpr uint8_t kInnerPad = 0x36;  // RFC 2104 2
constexpr uint8_t kOuterPad = 0x5c;

/// One hash of OpenSSL over a HashState.
struct HashMethod {
  void (*init)(HashState& state);
  void (*update)(HashState& state, const uint8_t* data, size_t size);
  void (*finish)(HashState& state, uint8_t* digest);
  size_t block_bytes;
};

template <class Context, int (*kInit)(Context*), int (*kUpdate)(Context*, const void*, size_t),
          int (*kFinish)(unsigned char*, Context*)>
constexpr HashMethod method_of(size_t block_bytes) {
  static_assert(sizeof(Context) <= sizeof(HashState) && alignof(Context) <= alignof(HashState));
  return {.init = [](HashState& state) { kInit(reinterpret_cast<Context*>(state.bytes.data())); },
          .update = [](HashState& state, const uint8_t* data,
                       size_t size) { kUpdate(reinterpret_cast<Context*>(state.bytes.data()), data, size); },
          .finish = [](HashState& state,
                       uint8_t* digest) { kFinish(digest, reinterpret_cast<Context*>(state.bytes.data())); },
          .block_bytes = block_bytes};
}

/// By DigestAlgorithm.
constexpr HashMethod kMethods[] = {
    method_of<MD5_CTX, MD5_Init, MD5_Update, MD5_Final>(64),
    method_of<SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final>(64),
    method_of<SHA256_CTX, SHA224_Init, SHA224_Update, SHA224_Final>(64),
    method_of<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final>(64),
    method_of<SHA512_CTX, SHA384_Init, SHA384_Update, SHA384_Final>(kMaxBlockBytes),
    method_of<SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final>(kMaxBlockBytes)};

const HashMethod& method(DigestAlgorithm algorithm) {
  return kMethods[static_cast<size_t>(algorithm)];
}

/// A hash that has begun with one block: the key, filled up with zeros, each byte combined with `pad`.
void begin_padded(const HashMethod& hash, Bytes key, uint8_t pad, HashState& state) {
  std::array<uint8_t, kMaxBlockBytes> block;
  for (size_t i = 0; i < hash.block_bytes; i++) {
    block[i] = static_cast<uint8_t>((i < key.size() ? key[i] : 0) ^ pad);
  }
  hash.init(state);
  hash.update(state, block.data(), hash.block_bytes);
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

HmacKey::HmacKey(DigestAlgorithm algorithm, Bytes key) : algorithm_(algorithm) {
  const HashMethod& hash = method(algorithm);
  DigestValue shortened;
  if (key.size() > hash.block_bytes) {
    shortened = digest(algorithm, key);
    key = shortened.bytes();
  }
  begin_padded(hash, key, kInnerPad, inner_);
  begin_padded(hash, key, kOuterPad, outer_);
}

Hmac& Hmac::update(Bytes data) {
  if (!data.empty()) method(key_->algorithm_).update(state_, data.data(), data.size());
  return *this;
}

DigestValue Hmac::finish() {
  const HashMethod& hash = method(key_->algorithm_);
  const size_t size = digest_size(key_->algorithm_);
  std::array<uint8_t, kMaxDigestSize> out;
  hash.finish(state_, out.data());
  HashState outer = key_->outer_;
  hash.update(outer, out.data(), size);
  hash.finish(outer, out.data());
  state_ = key_->inner_;
  return DigestValue(Bytes(out.data(), size));
}

DigestValue hmac(DigestAlgorithm algorithm, Bytes key, Bytes data) {
  const HmacKey ready(algorithm, key);
  return Hmac(ready).update(data).finish();
}

bool equal_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace nomen::crypto
