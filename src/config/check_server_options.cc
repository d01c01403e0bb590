// Statements that stand in options only.
#include "config/check_context.h"
#include "config/encodings.h"
#include "config/names.h"

namespace nomen::config {
namespace {

constexpr size_t kMaxServerIdBytes = 1024;
constexpr size_t kCookieSecretBytes = 16;  // RFC 9018 4: 128 bits, for AES too

void check_cookie_secrets(CheckContext& context, Nodes block) {
  const Node* algorithm = find(block, "cookie-algorithm");
  const bool is_aes = algorithm != nullptr && algorithm->value()->is_keyword("aes");
  if (is_aes) context.deprecated(*algorithm, "cookie-algorithm 'aes' is deprecated");
  for (const Node& statement : block) {
    if (statement.name() != "cookie-secret") continue;
    const auto secret = from_hex(statement.value()->text);
    if (!secret) {
      context.error(statement, "cookie-secret: invalid hex string");
    } else if (secret->size() != kCookieSecretBytes) {
      context.error(statement,
                    std::string(is_aes ? "AES" : "SipHash-2-4") + " cookie-secret must be 128 bits");
    }
  }
}

void check_listener(CheckContext& context, const Node& statement) {
  const Node* tls = statement.after("tls");
  const Node* http = statement.after("http");
  if (http != nullptr && tls == nullptr) {
    context.error(statement, "http must specify a 'tls' statement, 'tls ephemeral', or 'tls none'");
  }
  if (tls != nullptr && !context.has_tls(tls->text)) {
    context.error(statement, "tls '" + std::string(tls->text) + "' is not defined");
  }
  if (http != nullptr && !same_word(http->text, "default") && !context.has_http(http->text)) {
    context.error(statement, "http '" + std::string(http->text) + "' is not defined");
  }
}

}  // namespace

void check_server_options(CheckContext& context) {
  const Nodes block = context.options_block();
  check_cookie_secrets(context, block);
  for (const Node& statement : block) {
    const std::string_view name = statement.name();
    if (name == "listen-on" || name == "listen-on-v6") check_listener(context, statement);
    if (name == "server-id" && statement.value()->text.size() > kMaxServerIdBytes) {
      context.error(statement, "'server-id' too big (>1024 bytes)");
    }
    if (name == "max-rsa-exponent-size") {
      const uint64_t bits = statement.value()->number;
      if (bits != 0 && (bits < 35 || bits > 4096)) {
        context.error(statement,
                      "max-rsa-exponent-size '" + std::to_string(bits) + "' is out of range (35..4096)");
      }
    }
  }
}

}  // namespace nomen::config
