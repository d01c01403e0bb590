#include "answer/route_update.h"

#include "base/log.h"

namespace nomen::answer {

namespace {

/// "client 192.0.2.1#4711/key k (example): WHAT 'example/IN' denied"
void log_denied(const Query& query, std::string_view what) {
  const std::string zone = dns::to_string_no_dot(query.zone->apex());
  log(LogCategory::kUpdateSecurity, LogSeverity::kError, "client", "client {}{} ({}): {} '{}/{}' denied",
      query.received.peer->to_string(),
      query.signer != nullptr ? "/key " + dns::to_string_no_dot(*query.signer) : "", zone, what, zone,
      dns::to_string(query.question.rr_class));
}

}  // namespace

dns::Rcode refusal_of_update(Query& query, const policy::LocalAddresses& local) {
  if (query.question.type != dns::RRType::kSoa) return dns::Rcode::kFormErr;
  query.zone = query.view->zones.find_exact(query.question.name);
  if (query.zone == nullptr || query.zone->is_stub()) return dns::Rcode::kNotAuth;
  const ZoneSettings& settings = query.zone->settings();
  const bool forwards = settings.role == ZoneRole::kSecondary;
  const policy::AclPtr& allowed = forwards ? settings.allow_update_forwarding : settings.allow_update;
  if (!allowed->allows({query.received.peer_address(), query.signer}, local)) {
    log_denied(query, forwards ? "update forwarding" : "update");
    return dns::Rcode::kRefused;
  }
  return query.zone->content() == nullptr && !forwards ? dns::Rcode::kServFail : dns::Rcode::kNoError;
}

}  // namespace nomen::answer
