#include "server/update_relay.h"

#include <memory>
#include <utility>

#include "answer/limits.h"
#include "base/log.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

/// Each costs a connection: a primary that does not answer must not take them all.
constexpr size_t kMostUnderWay = 100;

/// "client 192.0.2.1#4711: forwarding update for zone 'example/IN': why"
void log_relay(LogSeverity severity, const std::string& client, const std::string& zone,
               std::string_view text) {
  log(LogCategory::kUpdate, severity, "update", "{}: forwarding update for zone '{}'{}{}", client, zone,
      text.empty() ? "" : ": ", text);
}

}  // namespace

UpdateRelay::UpdateRelay(ZoneKeeper& zones, const Remotes& remotes, TransferClient& client, SendReplies send)
    : zones_(zones), remotes_(remotes), client_(client), send_(std::move(send)) {}

void UpdateRelay::take(ForwardedUpdates updates) {
  counts_.requests += updates.size();
  for (ForwardedUpdatePtr& update : updates) relay(std::move(update));
}

void UpdateRelay::relay(ForwardedUpdatePtr update) {
  const ZonePlace place = zones_.owner_of(update->place);
  const KeptZone* const kept = zones_.at(place);
  if (kept == nullptr || kept->config->type != config::ZoneType::kSecondary) return refuse(std::move(update));
  const std::string zone = display_name(*kept->config, place.view);
  UpdateRelayOrder order{.message = std::move(update->message), .primaries = {}};
  for (const config::RemoteServer& server : kept->config->primaries) {
    Remote primary = remotes_.primary(place.view, server, *kept->config->options);
    if (primary.is_usable()) order.primaries.push_back(std::move(primary));
  }
  const std::string client = client_text(*update);
  if (order.primaries.empty() || under_way_ >= kMostUnderWay) {
    log_relay(
        LogSeverity::kError, client, zone,
        order.primaries.empty() ? "there is no primary to send it to" : "too many of them are under way");
    return refuse(std::move(update));
  }
  log_relay(LogSeverity::kInfo, client, zone, "");
  under_way_++;
  const auto waiting = std::make_shared<ForwardedUpdatePtr>(std::move(update));
  client_.relay(std::move(order), [this, waiting, zone, client](UpdateRelayOutcome& outcome) {
    under_way_--;
    for (const std::string& problem : outcome.problems) log_relay(LogSeverity::kInfo, client, zone, problem);
    LateReply& reply = (*waiting)->reply;
    const bool fits =
        reply.transport == answer::Transport::kTcp || outcome.reply.size() <= answer::kPlainUdpBytes;
    if (outcome.reply.empty() || !fits) return refuse(std::move(*waiting));
    counts_.replies++;
    reply.message = std::move(outcome.reply);
    reply.session = {};  // the primary has signed it, if anybody has
    send(std::move(*waiting));
  });
}

void UpdateRelay::refuse(ForwardedUpdatePtr update) {
  counts_.failures++;
  update->reply.set_rcode(dns::Rcode::kServFail);
  send(std::move(update));
}

void UpdateRelay::send(ForwardedUpdatePtr update) {
  ForwardedUpdates updates;
  updates.push_back(std::move(update));
  send_(std::move(updates));
}

}  // namespace nomen::server
