// What a `tls` block of named.conf makes of TLS: certificates, keys, whom to trust, versions and ciphers, as
// OpenSSL has them, for one side of connections. Speaks the ALPN word "dot" (RFC 7858, RFC 9103).
// Thread rule: immutable once made; sessions of any thread share it. Owner: whoever made it, and its
// sessions.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace nomen::crypto {

/// Names of files are as open(2) takes them.
struct TlsSettings {
  std::string cert_file, key_file;  ///< both or none; none: a server makes them itself, a client has none
  std::string ca_file;              ///< who signs the certificates of the other side
  std::string remote_hostname;      ///< that a server's certificate must be for
  std::string dhparam_file;
  std::string ciphers;        ///< of TLS 1.2, in OpenSSL's notation; empty: OpenSSL's own choice
  std::string cipher_suites;  ///< of TLS 1.3, likewise
  bool tls12 = true;
  bool tls13 = true;
  bool prefer_server_ciphers = false;
  std::optional<bool> session_tickets;  ///< unset: as OpenSSL has it
  bool operator==(const TlsSettings&) const = default;
};

class TlsContext {
 public:
  /// Reads the files. With a ca_file, clients must show a certificate that it has signed.
  static Result<std::shared_ptr<const TlsContext>> for_server(const TlsSettings& settings);
  /// Reads the files. With a ca_file or a remote_hostname the server must prove who it is: its certificate is
  /// signed by the ca_file (or by one that the system trusts) and is for the remote_hostname (or for the
  /// address that is connected to); names count in the subjectAltName only (RFC 8310 8.1). With neither, any
  /// server will do: encrypted, but not authenticated.
  static Result<std::shared_ptr<const TlsContext>> for_client(const TlsSettings& settings);

  bool is_server() const { return is_server_; }
  bool verifies_server() const { return verifies_server_; }
  const std::string& remote_hostname() const { return remote_hostname_; }
  ssl_ctx_st* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsContext() = default;
  Result<void> begin(const TlsSettings& settings);
  Result<void> load_certificate(const TlsSettings& settings);

  std::unique_ptr<ssl_ctx_st, Free> context_;
  bool is_server_ = false;
  bool verifies_server_ = false;
  std::string remote_hostname_;
};

/// Whether OpenSSL knows at least one of the ciphers of TLS 1.2 that the list names.
bool is_cipher_list(const std::string& ciphers);

/// The same for the cipher suites of TLS 1.3, of which it must know all.
bool is_cipher_suite_list(const std::string& suites);

}  // namespace nomen::crypto
