#include "answer/route_transfer.h"

#include "answer/authority.h"
#include "base/log.h"

namespace nomen::answer {

namespace {

void log_denied(const Query& query) {
  log(LogCategory::kSecurity, LogSeverity::kError, "client",
      "client {} ({}): zone transfer '{}/{}/{}' denied", query.received.peer->to_string(),
      dns::to_string_no_dot(query.zone->apex()), dns::to_string_no_dot(query.zone->apex()),
      dns::to_string(query.question.type), dns::to_string(query.question.rr_class));
}

}  // namespace

bool may_transfer(const Query& query, const policy::LocalAddresses& local) {
  const ZoneSettings& settings = query.zone->settings();
  if (!settings.allow_transfer_plain) return false;
  if (settings.allow_transfer_port != 0 && settings.allow_transfer_port != query.received.local->port())
    return false;
  return settings.allow_transfer->allows({query.received.peer_address(), query.signer}, local);
}

dns::Rcode refusal_of_transfer(Query& query, const policy::LocalAddresses& local) {
  const Question& question = query.question;
  if (question.type == dns::RRType::kAxfr && query.received.transport == Transport::kUdp)
    return dns::Rcode::kFormErr;
  query.zone = query.view->zones.find_exact(question.name);
  if (query.zone == nullptr) return dns::Rcode::kNotAuth;
  if (!may_transfer(query, local)) {
    log_denied(query);
    return dns::Rcode::kRefused;
  }
  return query.zone->content() == nullptr ? dns::Rcode::kServFail : dns::Rcode::kNoError;
}

}  // namespace nomen::answer
