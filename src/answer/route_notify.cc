#include "answer/route_notify.h"

#include "base/log.h"

namespace nomen::answer {

namespace {

std::string sender_of(const Query& query) {
  std::string text = query.received.peer->to_string();
  if (query.signer != nullptr) text += "/key " + dns::to_string_no_dot(*query.signer);
  const std::string& view = query.view->settings->name;
  return view == "_default" ? text : text + ": view " + view;
}

void log_received(const Query& query, std::string_view rest) {
  log(LogCategory::kNotify, LogSeverity::kInfo, "client", "client {}: received notify for zone '{}'{}",
      sender_of(query), dns::to_string_no_dot(query.question.name.view()), rest);
}

void log_refused(const Query& query) {
  log(LogCategory::kNotify, LogSeverity::kInfo, "notify", "zone {}/{}: refused notify from non-primary: {}",
      dns::to_string_no_dot(query.zone->apex()), dns::to_string(query.question.rr_class),
      query.received.peer->to_string());
}

}  // namespace

dns::Rcode refusal_of_notify(Query& query, const policy::LocalAddresses& local) {
  if (query.question.type != dns::RRType::kSoa) return dns::Rcode::kFormErr;
  query.zone = query.view->zones.find_exact(query.question.name);
  if (query.zone == nullptr) {
    log_received(query, ": not authoritative");
    return dns::Rcode::kNotAuth;
  }
  log_received(query, "");
  const ZoneSettings& settings = query.zone->settings();
  if (settings.role != ZoneRole::kSecondary && settings.role != ZoneRole::kStub) return dns::Rcode::kNoError;
  if (settings.allow_notify->allows({query.received.peer_address(), query.signer}, local))
    return dns::Rcode::kNoError;
  log_refused(query);
  return dns::Rcode::kRefused;
}

}  // namespace nomen::answer
