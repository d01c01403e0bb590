#include "answer/route_transfer.h"

#include "answer/authority.h"
#include "base/log.h"

namespace nomen::answer {

namespace {

void log_transfer_denied(const Query& query, std::string_view why) {
  log(LogCategory::kSecurity, LogSeverity::kError, "client",
      "client {} ({}): zone transfer '{}/{}/{}' denied{}", query.received.peer->to_string(),
      dns::to_string_no_dot(query.zone->apex()), dns::to_string_no_dot(query.zone->apex()),
      dns::to_string(query.question.type), dns::to_string(query.question.rr_class), why);
}

}  // namespace

bool may_transfer(const Query& query, const policy::LocalAddresses& local) {
  const ZoneSettings& settings = query.zone->settings();
  const Received& received = query.received;
  switch (settings.allow_transfer_transport) {
    case TransferTransport::kAny:
      break;
    case TransferTransport::kTcp:
      if (received.transport != Transport::kTcp || received.encrypted) return false;
      break;
    case TransferTransport::kTls:
      if (!received.encrypted) return false;
      break;
  }
  if (settings.allow_transfer_port != 0 && settings.allow_transfer_port != query.received.local->port())
    return false;
  return settings.allow_transfer->allows({query.received.peer_address(), query.signer}, local);
}

dns::Rcode refusal_of_transfer(Query& query, const policy::LocalAddresses& local) {
  const Question& question = query.question;
  if (question.type == dns::RRType::kAxfr && query.received.transport == Transport::kUdp)
    return dns::Rcode::kFormErr;
  query.zone = query.view->zones.find_exact(question.name);
  if (query.zone == nullptr || query.zone->is_stub()) return dns::Rcode::kNotAuth;
  const bool lacks_dot = query.received.encrypted && !query.received.speaks_dot;  // RFC 9103
  if (lacks_dot || !may_transfer(query, local)) {
    log_transfer_denied(query, lacks_dot ? ": ALPN for DoT failed" : "");
    return dns::Rcode::kRefused;
  }
  return query.zone->content() == nullptr ? dns::Rcode::kServFail : dns::Rcode::kNoError;
}

}  // namespace nomen::answer
