#include "config/settings.h"

#include <algorithm>

#include "config/encodings.h"

namespace nomen::config {

uint32_t Setting::number() const {
  return static_cast<uint32_t>(std::min<uint64_t>(statement.value()->number, UINT32_MAX));
}

CheckMode Setting::check_mode(const Node* value) const {
  if (value == nullptr) return CheckMode::kWarn;
  if (value->is_keyword("fail")) return CheckMode::kFail;
  return value->is_keyword("ignore") ? CheckMode::kIgnore : CheckMode::kWarn;
}

SourceAddress Setting::source() const {
  SourceAddress out;
  out.address = parse_ip(statement.value()->text);
  if (const Node* port = statement.after("port")) out.port = static_cast<uint16_t>(port->number);
  return out;
}

Identity Setting::identity() const {
  if (says("none")) return {Identity::Kind::kNone, {}};
  if (says("hostname")) return {Identity::Kind::kHostname, {}};
  return {Identity::Kind::kText, text()};
}

Key build_key(const Node& statement, Names& names) {
  Key key;
  key.name = statement.value()->text;
  key.position = statement.position;
  if (const Node* algorithm = find(statement.block(), "algorithm")) {
    key.algorithm = lower_text(algorithm->value()->text);
    // hmac-sha256-128: the digest cut to 128 bits.
    const size_t dash = key.algorithm.rfind('-');
    if (dash != std::string::npos && dash > 5) {
      const std::string bits = key.algorithm.substr(dash + 1);
      if (!bits.empty() && bits.size() < 5 && bits.find_first_not_of("0123456789") == std::string::npos) {
        key.digest_bits = static_cast<uint16_t>(std::stoi(bits));
        key.algorithm.resize(dash);
      }
    }
  }
  if (const Node* secret = find(statement.block(), "secret")) {
    if (auto bytes = from_base64(secret->value()->text)) {
      key.secret = std::move(*bytes);
    } else {
      names.error(secret->position, "bad secret 'bad base64 encoding'");
    }
  }
  return key;
}

namespace {

void set_server_flag(Server& server, const Node& statement) {
  struct Flag {
    std::string_view name;
    std::optional<bool> Server::* member;
  };
  static constexpr Flag kFlags[] = {{"bogus", &Server::bogus},
                                    {"edns", &Server::edns},
                                    {"provide-ixfr", &Server::provide_ixfr},
                                    {"request-ixfr", &Server::request_ixfr},
                                    {"request-expire", &Server::request_expire},
                                    {"request-nsid", &Server::request_nsid},
                                    {"send-cookie", &Server::send_cookie},
                                    {"tcp-keepalive", &Server::tcp_keepalive},
                                    {"tcp-only", &Server::tcp_only}};
  for (const Flag& flag : kFlags) {
    if (flag.name == statement.name()) server.*flag.member = statement.value()->number != 0;
  }
}

void set_server_number(Server& server, const Node& statement) {
  struct Number {
    std::string_view name;
    std::optional<uint32_t> Server::* member;
  };
  static constexpr Number kNumbers[] = {{"edns-udp-size", &Server::edns_udp_size},
                                        {"edns-version", &Server::edns_version},
                                        {"max-udp-size", &Server::max_udp_size},
                                        {"padding", &Server::padding},
                                        {"transfers", &Server::transfers}};
  for (const Number& number : kNumbers) {
    if (number.name == statement.name())
      server.*number.member = static_cast<uint32_t>(statement.value()->number);
  }
}

void set_server_source(Server& server, const Node& statement, Names& names) {
  struct Source {
    std::string_view name;
    SourceAddress Server::* member;
  };
  static constexpr Source kSources[] = {{"notify-source", &Server::notify_source},
                                        {"notify-source-v6", &Server::notify_source_v6},
                                        {"transfer-source", &Server::transfer_source},
                                        {"transfer-source-v6", &Server::transfer_source_v6}};
  for (const Source& source : kSources) {
    if (source.name == statement.name()) server.*source.member = Setting{statement, names}.source();
  }
}

}  // namespace

Server build_server(const Node& statement, Names& names) {
  Server server;
  server.position = statement.position;
  if (const auto prefix = parse_prefix(statement.value()->text)) server.prefix = *prefix;
  for (const Node& inner : statement.block()) {
    if (inner.value() == nullptr) continue;
    set_server_flag(server, inner);
    set_server_number(server, inner);
    set_server_source(server, inner, names);
    if (inner.name() == "transfer-format") server.many_answers = inner.value()->is_keyword("many-answers");
    if (inner.name() == "keys") {
      if (inner.list_node() == nullptr) server.keys.emplace_back(inner.value()->text);
      for (const Node& key : inner.list()) server.keys.emplace_back(key.value()->text);
    }
  }
  return server;
}

}  // namespace nomen::config
