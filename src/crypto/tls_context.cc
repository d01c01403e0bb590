#include "crypto/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstring>

#include "crypto/ephemeral_certificate.h"
#include "crypto/tls_error.h"
#include "crypto/tls_session_memory.h"

namespace nomen::crypto {

namespace {

constexpr unsigned char kDot[] = {3, 'd', 'o', 't'};
/// Sessions are taken up again only where they began: needed when clients show certificates.
constexpr unsigned char kSessionContext[] = "nomen dot";

/// A key that asks for a password cannot be used: nobody is there to type it.
int no_password(char*, int, int, void*) {
  return 0;
}

/// A client that offers other protocols only is served all the same, but not with transfers.
int select_dot(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
               unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, kDot, sizeof kDot, offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::unexpected<Error> file_failure(const char* what, const std::string& file) {
  return failure(std::string(what) + " '" + file + "' cannot be used: " + take_tls_error());
}

Result<void> set_versions(SSL_CTX* context, const TlsSettings& settings) {
  const int lowest = settings.tls12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  const int highest = settings.tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (lowest > highest || SSL_CTX_set_min_proto_version(context, lowest) != 1 ||
      SSL_CTX_set_max_proto_version(context, highest) != 1) {
    return failure("no protocol version is left");
  }
  return {};
}

Result<void> set_ciphers(SSL_CTX* context, const TlsSettings& settings) {
  if (!settings.ciphers.empty() && SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1)
    return failure("ciphers '" + settings.ciphers + "' cannot be used: " + take_tls_error());
  if (!settings.cipher_suites.empty() &&
      SSL_CTX_set_ciphersuites(context, settings.cipher_suites.c_str()) != 1) {
    return failure("cipher-suites '" + settings.cipher_suites + "' cannot be used: " + take_tls_error());
  }
  return {};
}

/// Parameters for ciphers with ephemeral Diffie-Hellman in TLS 1.2; without a file, those that OpenSSL finds
/// fitting.
Result<void> set_dh_parameters(SSL_CTX* context, const std::string& file) {
  if (file.empty()) {
    SSL_CTX_set_dh_auto(context, 1);
    return {};
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> input(BIO_new_file(file.c_str(), "r"), BIO_free);
  EVP_PKEY* parameters = input != nullptr ? PEM_read_bio_Parameters(input.get(), nullptr) : nullptr;
  if (parameters == nullptr || SSL_CTX_set0_tmp_dh_pkey(context, parameters) != 1) {
    auto failed = file_failure("dhparam-file", file);
    EVP_PKEY_free(parameters);
    return failed;
  }
  return {};
}

Result<void> ask_clients_for_certificates(SSL_CTX* context, const std::string& ca_file) {
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) return file_failure("ca-file", ca_file);
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(ca_file.c_str());
  if (names == nullptr) return file_failure("ca-file", ca_file);
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

Result<void> verify_servers(SSL_CTX* context, const std::string& ca_file) {
  const bool found = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
  if (!found) return file_failure("ca-file", ca_file);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

/// What both sides have.
Result<void> TlsContext::begin(const TlsSettings& settings) {
  ERR_clear_error();
  context_.reset(SSL_CTX_new(is_server_ ? TLS_server_method() : TLS_client_method()));
  if (context_ == nullptr) return failure(take_tls_error());
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (auto set = set_versions(context, settings); !set) return set;
  return set_ciphers(context, settings);
}

Result<void> TlsContext::load_certificate(const TlsSettings& settings) {
  SSL_CTX* const context = context_.get();
  if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1)
    return file_failure("cert-file", settings.cert_file);
  if (SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return file_failure("key-file", settings.key_file);
  }
  return {};
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(const TlsSettings& settings) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->is_server_ = true;
  if (auto begun = made->begin(settings); !begun) return std::unexpected(begun.error());
  SSL_CTX* const context = made->context_.get();
  auto loaded =
      settings.cert_file.empty() ? use_ephemeral_certificate(context) : made->load_certificate(settings);
  if (loaded) loaded = set_dh_parameters(context, settings.dhparam_file);
  if (loaded && !settings.ca_file.empty()) loaded = ask_clients_for_certificates(context, settings.ca_file);
  if (!loaded) return std::unexpected(loaded.error());
  if (settings.prefer_server_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (settings.session_tickets.value_or(true)) {
    SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  } else {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
  }
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_alpn_select_cb(context, select_dot, nullptr);
  return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const TlsSettings& settings) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  if (auto begun = made->begin(settings); !begun) return std::unexpected(begun.error());
  SSL_CTX* const context = made->context_.get();
  if (!settings.cert_file.empty()) {
    if (auto loaded = made->load_certificate(settings); !loaded) return std::unexpected(loaded.error());
  }
  made->verifies_server_ = !settings.ca_file.empty() || !settings.remote_hostname.empty();
  made->remote_hostname_ = settings.remote_hostname;
  if (made->verifies_server_) {
    if (auto verifies = verify_servers(context, settings.ca_file); !verifies)
      return std::unexpected(verifies.error());
  }
  if (settings.session_tickets.value_or(true)) {
    remember_sessions(context);
  } else {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  }
  if (SSL_CTX_set_alpn_protos(context, kDot, sizeof kDot) != 0) return failure(take_tls_error());
  return made;
}

bool is_cipher_list(const std::string& ciphers) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  const bool is_one = context != nullptr && SSL_CTX_set_cipher_list(context.get(), ciphers.c_str()) == 1;
  ERR_clear_error();
  return is_one;
}

bool is_cipher_suite_list(const std::string& suites) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  const bool is_one =
      context != nullptr && !suites.empty() && SSL_CTX_set_ciphersuites(context.get(), suites.c_str()) == 1;
  ERR_clear_error();
  return is_one;
}

}  // namespace nomen::crypto
