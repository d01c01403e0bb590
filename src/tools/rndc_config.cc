#include "tools/rndc_config.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <map>

#include "base/encoding.h"
#include "base/os/file.h"
#include "config/lexer.h"

namespace nomen::tools {

namespace {

constexpr int kMaxIncludeDepth = 8;

/// One file's statements, read by recursive descent. An error is noted, and reading goes on behind the next
/// ';' of the same level.
class Reader {
 public:
  Reader(const std::string& name, const std::string& text, int depth, RndcConfig& config,
         Diagnostics& diagnostics)
      : name_(name), depth_(depth), lexer_(text, 0, arena_), config_(config), diagnostics_(diagnostics) {
    advance();
  }

  void statements() {
    static const Clauses kTop = {{"key", &Reader::key},
                                 {"server", &Reader::server},
                                 {"options", &Reader::options},
                                 {"include", &Reader::include}};
    while (token_.kind != config::TokenKind::kEnd) {
      if (token_.kind == config::TokenKind::kUnterminated) {
        error("comment or quoted string without an end");
        return;
      }
      if (!clause(kTop)) return;
    }
  }

 private:
  using Clause = bool (Reader::*)();
  using Clauses = std::map<std::string_view, Clause, std::less<>>;

  void advance() { token_ = lexer_.next(); }
  bool error(std::string text) {
    diagnostics_.push_back({Severity::kError, {name_, token_.position.line, 0}, std::move(text)});
    return false;
  }
  std::string near() const {
    return token_.kind == config::TokenKind::kEnd ? "before end of file"
                                                  : fmt::format("before '{}'", token_.text);
  }

  /// One clause of the table, with its ';'. False: there is no sense in going on at this level.
  bool clause(const Clauses& table) {
    if (!token_.is_word()) return error(fmt::format("expected a statement {}", near()));
    const auto known = table.find(token_.text);
    bool good = false;
    if (known == table.end()) {
      error(fmt::format("unknown option '{}'", token_.text));
    } else {
      advance();
      good = (this->*known->second)();
    }
    if (!good) return skip_to_semicolon();
    if (!token_.is_special(';')) return error(fmt::format("missing ';' {}", near()));
    advance();
    return true;
  }

  bool skip_to_semicolon() {
    int open = 0;
    while (token_.kind != config::TokenKind::kEnd && token_.kind != config::TokenKind::kUnterminated) {
      if (token_.is_special('}') && open-- == 0) return true;
      if (token_.is_special('{')) ++open;
      if (token_.is_special(';') && open == 0) {
        advance();
        return true;
      }
      advance();
    }
    return false;
  }

  bool block(const Clauses& table) {
    if (!token_.is_special('{')) return error(fmt::format("expected '{{' {}", near()));
    advance();
    while (!token_.is_special('}')) {
      if (token_.kind == config::TokenKind::kEnd) return error("expected '}' before end of file");
      if (!clause(table)) return false;
    }
    advance();
    return true;
  }

  bool text(std::optional<std::string>& out) {
    if (!token_.is_text()) return error(fmt::format("expected a string {}", near()));
    out = std::string(token_.text);
    advance();
    return true;
  }
  bool port(std::optional<uint16_t>& out) {
    uint16_t number = 0;
    const char* end = token_.text.data() + token_.text.size();
    const auto [stop, failed] = std::from_chars(token_.text.data(), end, number);
    if (!token_.is_word() || failed != std::errc{} || stop != end)
      return error(fmt::format("expected a port number {}", near()));
    out = number;
    advance();
    return true;
  }
  bool source(std::optional<net::SocketAddress>& out, net::IpFamily family) {
    if (!token_.is_text()) return error(fmt::format("expected an address {}", near()));
    net::IpAddress address = net::IpAddress::any(family);
    if (token_.text != "*") {
      const std::optional<net::IpAddress> parsed = net::IpAddress::parse(token_.text);
      if (!parsed || parsed->family() != family)
        return error(fmt::format("'{}' is not such an address", token_.text));
      address = *parsed;
    }
    advance();
    std::optional<uint16_t> from_port;
    if (token_.is_word() && token_.text == "port") {
      advance();
      if (!port(from_port)) return false;
    }
    out = net::SocketAddress(address, from_port.value_or(0));
    return true;
  }

  bool include() {
    std::optional<std::string> path;
    if (!text(path)) return false;
    if (depth_ >= kMaxIncludeDepth) return error("too many nested includes");
    const Result<std::string> content = os::read_file(*path);
    if (!content) return error(content.error().text);
    Reader(*path, *content, depth_ + 1, config_, diagnostics_).statements();
    return true;
  }

  bool key() {
    static const Clauses kKey = {{"algorithm", &Reader::key_algorithm}, {"secret", &Reader::key_secret}};
    std::optional<std::string> name;
    if (!text(name)) return false;
    config_.keys.push_back({*name, std::nullopt, std::nullopt});
    return block(kKey);
  }
  bool key_algorithm() { return text(config_.keys.back().algorithm); }
  bool key_secret() { return text(config_.keys.back().secret); }

  bool server() {
    static const Clauses kServer = {{"key", &Reader::server_key},
                                    {"port", &Reader::server_port},
                                    {"addresses", &Reader::server_addresses},
                                    {"source-address", &Reader::server_source},
                                    {"source-address-v6", &Reader::server_source_v6}};
    std::optional<std::string> name;
    if (!text(name)) return false;
    config_.servers.emplace_back().name = *name;
    return block(kServer);
  }
  bool server_key() { return text(config_.servers.back().key); }
  bool server_port() { return port(config_.servers.back().port); }
  bool server_source() { return source(config_.servers.back().sources.v4, net::IpFamily::kV4); }
  bool server_source_v6() { return source(config_.servers.back().sources.v6, net::IpFamily::kV6); }
  bool server_addresses() {
    if (!token_.is_special('{')) return error(fmt::format("expected '{{' {}", near()));
    advance();
    while (!token_.is_special('}')) {
      std::optional<std::string> host;
      RndcServerAddress address;
      if (!text(host)) return false;
      address.host = *host;
      while (token_.is_word() && (token_.text == "port" || token_.text == "dscp")) {
        const bool is_port = token_.text == "port";
        std::optional<uint16_t> ignored;
        advance();
        if (!port(is_port ? address.port : ignored)) return false;
      }
      config_.servers.back().addresses.push_back(std::move(address));
      if (!token_.is_special(';')) return error(fmt::format("missing ';' {}", near()));
      advance();
    }
    advance();
    return true;
  }

  bool options() {
    static const Clauses kOptions = {{"default-key", &Reader::default_key},
                                     {"default-server", &Reader::default_server},
                                     {"default-port", &Reader::default_port},
                                     {"default-source-address", &Reader::default_source},
                                     {"default-source-address-v6", &Reader::default_source_v6}};
    config_.has_options = true;
    return block(kOptions);
  }
  bool default_key() { return text(config_.default_key); }
  bool default_server() { return text(config_.default_server); }
  bool default_port() { return port(config_.default_port); }
  bool default_source() { return source(config_.default_sources.v4, net::IpFamily::kV4); }
  bool default_source_v6() { return source(config_.default_sources.v6, net::IpFamily::kV6); }

  const std::string& name_;
  int depth_;
  config::TextArena arena_;
  config::Lexer lexer_;
  config::Token token_;
  RndcConfig& config_;
  Diagnostics& diagnostics_;
};

}  // namespace

RndcConfig parse_rndc_config(const std::string& name, const std::string& text, Diagnostics& diagnostics) {
  RndcConfig config;
  Reader(name, text, 0, config, diagnostics).statements();
  return config;
}

RndcConfig read_rndc_config(const std::string& path, Diagnostics& diagnostics) {
  const Result<std::string> text = os::read_file(path);
  if (text) return parse_rndc_config(path, *text, diagnostics);
  diagnostics.push_back({Severity::kError, {}, text.error().text});
  return {};
}

Result<control::RndcKey> to_key(const RndcKeyStatement& statement) {
  if (!statement.algorithm || !statement.secret) return failure("key must have algorithm and secret");
  const std::optional<crypto::DigestAlgorithm> algorithm = control::parse_hmac_name(*statement.algorithm);
  if (!algorithm) return failure("unsupported algorithm: " + *statement.algorithm);
  Result<std::vector<uint8_t>> secret = base64_decode(*statement.secret);
  if (!secret) return failure("decode base64 secret: " + secret.error().text);
  return control::RndcKey{statement.name, *algorithm, std::move(*secret)};
}

}  // namespace nomen::tools
