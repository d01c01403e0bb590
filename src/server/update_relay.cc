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

void UpdateRelay::take(const std::vector<ForwardedUpdatePtr>& updates) {
  for (const ForwardedUpdatePtr& update : updates) relay(std::move(*update));
}

void UpdateRelay::relay(ForwardedUpdate update) {
  const ZonePlace place = zones_.owner_of(update.place);
  const KeptZone* const kept = zones_.at(place);
  if (kept == nullptr || kept->config->type != config::ZoneType::kSecondary)
    return refuse(std::move(update.reply));
  const std::string zone = display_name(*kept->config, place.view);
  UpdateRelayOrder order{.message = std::move(update.message), .primaries = {}};
  for (const config::RemoteServer& server : kept->config->primaries) {
    Remote primary = remotes_.primary(place.view, server, *kept->config->options);
    if (primary.is_usable()) order.primaries.push_back(std::move(primary));
  }
  if (order.primaries.empty() || under_way_ >= kMostUnderWay) {
    log_relay(
        LogSeverity::kError, update.client, zone,
        order.primaries.empty() ? "there is no primary to send it to" : "too many of them are under way");
    return refuse(std::move(update.reply));
  }
  log_relay(LogSeverity::kInfo, update.client, zone, "");
  under_way_++;
  const std::shared_ptr<LateReplyPtr> reply = std::make_shared<LateReplyPtr>(std::move(update.reply));
  client_.relay(std::move(order), [this, reply, zone, client = update.client](UpdateRelayOutcome& outcome) {
    under_way_--;
    for (const std::string& problem : outcome.problems) log_relay(LogSeverity::kInfo, client, zone, problem);
    const bool fits =
        (*reply)->transport == answer::Transport::kTcp || outcome.reply.size() <= answer::kPlainUdpBytes;
    if (outcome.reply.empty() || !fits) return refuse(std::move(*reply));
    (*reply)->message = std::move(outcome.reply);
    (*reply)->session = {};  // the primary has signed it, if anybody has
    std::vector<LateReplyPtr> replies;
    replies.push_back(std::move(*reply));
    send_(std::move(replies));
  });
}

void UpdateRelay::refuse(LateReplyPtr reply) {
  reply->set_rcode(dns::Rcode::kServFail);
  std::vector<LateReplyPtr> replies;
  replies.push_back(std::move(reply));
  send_(std::move(replies));
}

}  // namespace nomen::server
