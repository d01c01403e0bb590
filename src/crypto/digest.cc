// SHA1_Init, SHA1_Update and SHA1_Final are used for the iterated hash on purpose: OpenSSL 3 marks them as
// old, but they work on a context on the stack, while EVP costs more per call than hashing the one block
// does.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "base/contract.h"

namespace nomen::crypto {

namespace {

const EVP_MD* evp_md(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5:
      return EVP_md5();
    case DigestAlgorithm::kSha1:
      return EVP_sha1();
    case DigestAlgorithm::kSha224:
      return EVP_sha224();
    case DigestAlgorithm::kSha256:
      return EVP_sha256();
    case DigestAlgorithm::kSha384:
      return EVP_sha384();
    case DigestAlgorithm::kSha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

DigestValue digest(DigestAlgorithm algorithm, Bytes data) {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  std::array<uint8_t, kMaxDigestSize> out;
  unsigned int size = 0;
  const bool done = context != nullptr && EVP_DigestInit_ex(context.get(), evp_md(algorithm), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1;
  NOMEN_ENSURE(done && size == digest_size(algorithm));
  return DigestValue(Bytes(out.data(), size));
}

struct Digester::Context {
  std::unique_ptr<EVP_MD_CTX, ContextDeleter> evp{EVP_MD_CTX_new()};
};

Digester::Digester(DigestAlgorithm algorithm) : context_(std::make_unique<Context>()) {
  const auto& evp = context_->evp;
  NOMEN_ENSURE(evp != nullptr && EVP_DigestInit_ex(evp.get(), evp_md(algorithm), nullptr) == 1);
}

Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;
Digester::~Digester() = default;

void Digester::update(Bytes data) {
  NOMEN_ENSURE(EVP_DigestUpdate(context_->evp.get(), data.data(), data.size()) == 1);
}

DigestValue Digester::finish() {
  std::array<uint8_t, kMaxDigestSize> out;
  unsigned int size = 0;
  NOMEN_ENSURE(EVP_DigestFinal_ex(context_->evp.get(), out.data(), &size) == 1);
  return DigestValue(Bytes(out.data(), size));
}

Sha1Value iterated_sha1(Bytes data, Bytes salt, uint16_t iterations) {
  Sha1Value value;
  Bytes input = data;
  SHA_CTX context;
  for (uint32_t i = 0; i <= iterations; ++i) {
    SHA1_Init(&context);
    SHA1_Update(&context, input.data(), input.size());
    if (!salt.empty()) SHA1_Update(&context, salt.data(), salt.size());
    SHA1_Final(value.data(), &context);
    input = value;
  }
  return value;
}

}  // namespace nomen::crypto
