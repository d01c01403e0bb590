// A key and a certificate that a server makes for itself when it starts (`tls ephemeral`): enough to encrypt,
// and nothing that a client could verify. Thread rule: a free function, any thread.
#pragma once
#include "base/result.h"

struct ssl_ctx_st;

namespace nomen::crypto {

/// Makes a key on P-256 and a certificate that it signs itself, and gives both to the context.
Result<void> use_ephemeral_certificate(ssl_ctx_st* context);

}  // namespace nomen::crypto
