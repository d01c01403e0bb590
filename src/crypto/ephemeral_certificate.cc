#include "crypto/ephemeral_certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/tls_error.h"

namespace nomen::crypto {

namespace {

constexpr long kSecondsBefore = 24L * 3600;        // clocks differ
constexpr long kSecondsAfter = 3650L * 24 * 3600;  // nobody restarts a server for it
constexpr const char* kName = "nomen.ephemeral";

struct FreeCertificate {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

bool fill(X509* certificate, EVP_PKEY* key) {
  uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  X509_NAME* const name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kSecondsBefore) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kSecondsAfter) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kName),
                                    -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Result<void> use_ephemeral_certificate(ssl_ctx_st* context) {
  const std::unique_ptr<EVP_PKEY, FreeCertificate> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, FreeCertificate> certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get()) ||
      SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return failure("cannot make a certificate: " + take_tls_error());
  }
  return {};
}

}  // namespace nomen::crypto
