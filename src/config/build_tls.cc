// tls NAME { ... }: certificates, and how TLS is spoken with them.
#include "config/names.h"
#include "config/settings.h"

namespace nomen::config {

Tls build_tls(const Node& statement) {
  Tls tls{.name = lower_text(statement.value()->text), .settings = {}, .position = statement.position};
  crypto::TlsSettings& to = tls.settings;
  for (const Node& inner : statement.block()) {
    const std::string_view name = inner.name();
    if (name == "protocols") {
      to.tls12 = to.tls13 = false;
      for (const Node& element : inner.list()) {
        to.tls12 = to.tls12 || element.value()->text == "TLSv1.2";
        to.tls13 = to.tls13 || element.value()->text == "TLSv1.3";
      }
      continue;
    }
    const Node& value = *inner.value();
    if (name == "cert-file") to.cert_file = value.text;
    if (name == "key-file") to.key_file = value.text;
    if (name == "ca-file") to.ca_file = value.text;
    if (name == "remote-hostname") to.remote_hostname = value.text;
    if (name == "dhparam-file") to.dhparam_file = value.text;
    if (name == "ciphers") to.ciphers = value.text;
    if (name == "cipher-suites") to.cipher_suites = value.text;
    if (name == "prefer-server-ciphers") to.prefer_server_ciphers = value.number != 0;
    if (name == "session-tickets") to.session_tickets = value.number != 0;
  }
  return tls;
}

}  // namespace nomen::config
