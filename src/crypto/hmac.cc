#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/contract.h"

namespace nomen::crypto {

namespace {

/// OpenSSL's own word for the digest; it wants it as a non-const text and does not write to it.
char* digest_name(DigestAlgorithm algorithm) {
  static char names[][8] = {"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
  return names[static_cast<size_t>(algorithm)];
}

EVP_MAC* hmac_method() {
  static EVP_MAC* const method = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  return method;
}

}  // namespace

struct Hmac::Context {
  EVP_MAC_CTX* mac = nullptr;
  ~Context() { EVP_MAC_CTX_free(mac); }
};

Hmac::Hmac(DigestAlgorithm algorithm, Bytes key) : context_(std::make_unique<Context>()) {
  context_->mac = EVP_MAC_CTX_new(hmac_method());
  NOMEN_ENSURE(context_->mac != nullptr);
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name(algorithm), 0),
      OSSL_PARAM_construct_end()};
  // A null key would mean "keep the key from before", so an empty one needs an address.
  static const uint8_t kNothing = 0;
  const uint8_t* bytes = key.empty() ? &kNothing : key.data();
  NOMEN_ENSURE(EVP_MAC_init(context_->mac, bytes, key.size(), params) == 1);
}

Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;
Hmac::~Hmac() = default;

Hmac& Hmac::update(Bytes data) {
  NOMEN_ENSURE(data.empty() || EVP_MAC_update(context_->mac, data.data(), data.size()) == 1);
  return *this;
}

DigestValue Hmac::finish() {
  std::array<uint8_t, kMaxDigestSize> out;
  size_t size = 0;
  NOMEN_ENSURE(EVP_MAC_final(context_->mac, out.data(), &size, out.size()) == 1);
  NOMEN_ENSURE(EVP_MAC_init(context_->mac, nullptr, 0, nullptr) == 1);
  return DigestValue(Bytes(out.data(), size));
}

DigestValue hmac(DigestAlgorithm algorithm, Bytes key, Bytes data) {
  return Hmac(algorithm, key).update(data).finish();
}

bool equal_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace nomen::crypto
