#include "answer/query_log.h"

#include <fmt/format.h>

#include "base/log.h"
#include "net/address.h"

namespace nomen::answer {

namespace {

/// "+" or "-" for RD, S signed, E(version) EDNS, T TCP, D DO, C CD, V or K for a valid or other cookie.
std::string flags_text(const Query& query) {
  std::string text(query.question.recursion_desired() ? "+" : "-");
  if (query.edns.signed_message) text += "S";
  if (query.edns.present) text += fmt::format("E({})", query.edns.version);
  if (query.received.transport == Transport::kTcp) text += "T";
  if (query.edns.dnssec_ok) text += "D";
  if ((query.question.flags & 0x0010) != 0) text += "C";
  if (query.edns.cookie == CookieState::kValid) {
    text += "V";
  } else if (query.edns.cookie != CookieState::kNone) {
    text += "K";
  }
  return text;
}

}  // namespace

std::string query_log_line(const Query& query) {
  const std::string name = dns::to_string_no_dot({query.received.data + 12, query.question.name.size});
  const net::IpAddress peer = net::IpAddress::from_bytes(query.received.peer_address());
  const net::IpAddress local = net::IpAddress::from_bytes(query.received.local_address());
  return fmt::format("client @{} {}#{} ({}): {}query: {} {} {} {} ({})", static_cast<const void*>(&query),
                     peer.to_string(), query.received.peer->port(), name,
                     query.view != nullptr && query.view->settings->name != "_default"
                         ? "view " + query.view->settings->name + ": "
                         : "",
                     name, dns::to_string(query.question.rr_class), dns::to_string(query.question.type),
                     flags_text(query), local.to_string());
}

void log_query(const Query& query) {
  log(LogCategory::kQueries, LogSeverity::kInfo, "answer", "{}", query_log_line(query));
}

}  // namespace nomen::answer
