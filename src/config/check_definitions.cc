// What is defined by name may be defined once, and must be whole: acl, key, tls, http, lists of servers.
#include <charconv>
#include <map>

#include "config/check_context.h"
#include "config/encodings.h"
#include "config/names.h"
#include "crypto/tls_context.h"

namespace nomen::config {
namespace {

void check_acls(CheckContext& context) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "acl") continue;
    const std::string name(statement.value()->text);
    const std::string lowered = lower_text(name);
    if (lowered == "any" || lowered == "none" || lowered == "localhost" || lowered == "localnets") {
      context.error(statement, "attempt to redefine builtin acl '" + name + "'");
      continue;
    }
    const auto [old, is_new] = seen.emplace(lowered, &statement);
    if (!is_new) {
      context.error(statement, "attempt to redefine acl '" + name + "' previous definition: " +
                                   context.tree().place_text(old->second->position));
    }
  }
}

struct Hmac {
  std::string_view name;
  unsigned bits;
};
constexpr Hmac kHmacs[] = {{"hmac-md5", 128},
                           {"hmac-md5.sig-alg.reg.int", 0},
                           {"hmac-md5.sig-alg.reg.int.", 0},
                           {"hmac-sha1", 160},
                           {"hmac-sha224", 224},
                           {"hmac-sha256", 256},
                           {"hmac-sha384", 384},
                           {"hmac-sha512", 512}};

// "hmac-sha256" or "hmac-sha256-128": the digest cut to a multiple of 8 bits, at least 80 and half of the
// whole.
void check_algorithm(CheckContext& context, const Node& algorithm, const std::string& key) {
  const std::string text = lower_text(algorithm.value()->text);
  const Hmac* found = nullptr;
  std::string rest;
  for (const Hmac& hmac : kHmacs) {
    if (text == hmac.name) {
      found = &hmac;
      rest.clear();
    } else if (text.starts_with(hmac.name) && text[hmac.name.size()] == '-' && hmac.bits != 0) {
      found = &hmac;
      rest = text.substr(hmac.name.size() + 1);
    }
  }
  if (found == nullptr) {
    context.error(algorithm, "unknown algorithm '" + std::string(algorithm.value()->text) + "'");
    return;
  }
  if (text == found->name) return;
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), bits);
  if (failed != std::errc() || end != rest.data() + rest.size()) {
    context.error(algorithm, "key '" + key + "': unable to parse digest-bits");
  } else if (bits > found->bits) {
    context.error(algorithm, "key '" + key + "' digest-bits too large [" + std::to_string(found->bits / 2) +
                                 ".." + std::to_string(found->bits) + "]");
  } else if (bits % 8 != 0) {
    context.error(algorithm, "key '" + key + "' digest-bits not multiple of 8");
  } else if (bits < found->bits / 2 || bits < 80) {
    context.warn(algorithm,
                 "key '" + key + "' digest-bits too small [<" + std::to_string(found->bits / 2) + "]");
  }
}

}  // namespace

void check_keys(CheckContext& context, Nodes block) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : block) {
    if (statement.name() != "key") continue;
    const std::string name(statement.value()->text);
    const std::string canonical = canonical_name(name);
    if (canonical.empty()) {
      context.error(statement, "key '" + name + "': bad key name");
      continue;
    }
    const auto [old, is_new] = seen.emplace(canonical, &statement);
    if (!is_new) {
      context.error(statement, "key '" + name + "': already exists previous definition: " +
                                   context.tree().place_text(old->second->position));
    }
    const Node* algorithm = find(statement.block(), "algorithm");
    const Node* secret = find(statement.block(), "secret");
    if (algorithm == nullptr || secret == nullptr) {
      context.error(statement, "key '" + name + "' must have both 'secret' and 'algorithm' defined");
      continue;
    }
    if (from_base64(secret->value()->text)) check_algorithm(context, *algorithm, name);
  }
}

namespace {

void check_server_lists(CheckContext& context) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : context.tree().definitions()) {
    const std::string_view kind = statement.name();
    if (kind != "primaries" && kind != "masters" && kind != "parental-agents" && kind != "remote-servers")
      continue;
    const std::string name(statement.value()->text);
    // primaries and masters are one thing; parental-agents are named apart.
    const std::string key = (kind == "parental-agents" ? "a " : "p ") + lower_text(name);
    const auto [old, is_new] = seen.emplace(key, &statement);
    if (!is_new) {
      context.error(statement, std::string(kind) + " list '" + name + "' is duplicated: also defined at " +
                                   context.tree().place_text(old->second->position));
    }
  }
}

void check_protocols(CheckContext& context, const Node& statement, const std::string& name) {
  std::map<std::string, bool> seen;
  bool any = false;
  for (const Node& element : statement.list()) {
    const std::string text(element.value()->text);
    if (text != "TLSv1.2" && text != "TLSv1.3") {
      context.error(element, "'" + text + "' is not a valid TLS protocol version");
    } else if (!seen.emplace(text, true).second) {
      context.error(element, "'" + text + "' is specified more than once in 'protocols'");
    }
    any = true;
  }
  if (!any) {
    context.error(statement,
                  "tls '" + name + "' does not contain any valid TLS protocol versions definitions");
  }
}

void check_ciphers(CheckContext& context, Nodes block, const std::string& name) {
  const Node* ciphers = find(block, "ciphers");
  if (ciphers != nullptr && !crypto::is_cipher_list(std::string(ciphers->value()->text))) {
    context.error(*ciphers, "'ciphers' in the 'tls' clause '" + name + "' is not a valid cipher list string");
  }
  const Node* suites = find(block, "cipher-suites");
  if (suites != nullptr && !crypto::is_cipher_suite_list(std::string(suites->value()->text))) {
    context.error(*suites,
                  "'cipher-suites' in the 'tls' clause '" + name + "' is not a valid cipher suites string");
  }
}

void check_tls(CheckContext& context) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "tls") continue;
    const std::string name(statement.value()->text);
    if (same_word(name, "ephemeral") || same_word(name, "none")) {
      context.error(statement, "tls clause name '" + name + "' is reserved for internal use");
      continue;
    }
    const auto [old, is_new] = seen.emplace(lower_text(name), &statement);
    if (!is_new) {
      context.error(statement, "tls clause '" + name + "' is duplicated: also defined at " +
                                   context.tree().place_text(old->second->position));
    }
    const bool has_key = find(statement.block(), "key-file") != nullptr;
    if (has_key != (find(statement.block(), "cert-file") != nullptr)) {
      context.error(statement,
                    "tls '" + name + "': 'cert-file' and 'key-file' must both be specified, or both omitted");
    }
    if (const Node* protocols = find(statement.block(), "protocols"))
      check_protocols(context, *protocols, name);
    check_ciphers(context, statement.block(), name);
  }
}

void check_http(CheckContext& context) {
  std::map<std::string, const Node*> seen;
  for (const Node& statement : context.tree().definitions()) {
    if (statement.name() != "http") continue;
    const std::string name(statement.value()->text);
    if (same_word(name, "default")) {
      context.error(statement, "'http' name cannot be '" + name + "' (which is a built-in configuration)");
      continue;
    }
    const auto [old, is_new] = seen.emplace(name, &statement);
    if (!is_new) {
      context.error(statement, "http '" + name + "' is duplicated: also defined at " +
                                   context.tree().place_text(old->second->position));
    }
    const Node* endpoints = find(statement.block(), "endpoints");
    if (endpoints == nullptr) continue;
    for (const Node& element : endpoints->list()) {
      const std::string_view path = element.value()->text;
      if (!path.starts_with('/') || path.find_first_of(" ?#\t") != std::string_view::npos) {
        context.error(element, "endpoint '" + std::string(path) + "' is not a valid absolute HTTP path");
      }
    }
  }
}

}  // namespace

void check_definitions(CheckContext& context) {
  check_acls(context);
  check_keys(context, context.tree().definitions());
  check_server_lists(context);
  check_tls(context);
  check_http(context);
}

}  // namespace nomen::config
