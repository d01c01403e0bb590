#include "server/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "base/random.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

using transfer::PeerId;

/// Zones that begin to tell of a change each second, unless the configuration says it: enough for a reload of
/// many zones to be over soon, few enough for who has to fetch them all.
constexpr uint32_t kDefaultRate = 200;
constexpr uint32_t kDefaultStartRate = 20;  // BIND's: the others have most of them already
/// A zone without news for so long is forgotten with all that was worked out for it.
constexpr int64_t kQuiet_us = 60'000'000;
constexpr size_t kMessageRoom = 2048;
/// To a target with TLS, which takes several round trips.
constexpr net::StreamClientTimeouts kNotifyTimeouts{
    .connect_ms = 10'000, .idle_ms = 15'000, .total_ms = 30'000};

transfer::NotifyTimes notify_times(const config::ZoneOptions& options) {
  transfer::NotifyTimes times;
  if (options.notify_delay_s) times.interval_us = int64_t{*options.notify_delay_s} * 1'000'000;
  return times;
}

bool tells_nobody(const config::Zone& zone) {
  switch (zone.options->notify) {
    case config::NotifyMode::kNo:
      return true;
    case config::NotifyMode::kPrimaryOnly:
      return zone.type != config::ZoneType::kPrimary;
    case config::NotifyMode::kYes:
    case config::NotifyMode::kExplicit:
      break;
  }
  return false;
}

void log_notify(LogSeverity severity, const Remote& target, const std::string& zone,
                const std::string& text) {
  log(LogCategory::kNotify, severity, "notify", "zone {}: notify to {}: {}", zone, target.address.to_string(),
      text);
}

}  // namespace

Notifier::Notifier(net::EventLoop& loop, ZoneKeeper& zones, const Remotes& remotes, IsSelf is_self)
    : loop_(loop),
      keeper_(zones),
      remotes_(remotes),
      is_self_(std::move(is_self)),
      began_(std::chrono::steady_clock::now()) {}

Notifier::~Notifier() {
  loop_.cancel(*this);
}

int64_t Notifier::now_us() const {
  // From one second on: the sender's "never sent" lies well before.
  const auto since = std::chrono::steady_clock::now() - began_ + std::chrono::seconds(1);
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

void Notifier::configure(const config::ServerOptions& options) {
  paces_all_ = options.notify_rate.has_value();
  line_.set_rate(options.notify_rate.value_or(kDefaultRate));
  start_line_.set_rate(options.startup_notify_rate.value_or(kDefaultStartRate));
}

// ---- zones

Notifier::Zone& Notifier::zone_at(const ZonePlace& place, Number& number) {
  const auto [it, is_new] = numbers_.try_emplace(place, last_number_ + 1);
  number = it->second;
  if (is_new) {
    last_number_++;
    zones_[number].place = place;
  }
  return zones_.at(number);
}

void Notifier::forget(Number number) {
  line_.leave(number);
  start_line_.leave(number);
  timetable_.set(number, transfer::kNever);
  const auto found = zones_.find(number);
  numbers_.erase(found->second.place);
  zones_.erase(found);
}

void Notifier::zone_removed(const ZonePlace& place) {
  const auto found = numbers_.find(place);
  if (found != numbers_.end()) forget(found->second);
}

void Notifier::zone_changed(const ZonePlace& place, const KeptZone& kept, bool at_start) {
  if (kept.content() == nullptr || tells_nobody(*kept.config)) return zone_removed(place);
  Number number = 0;
  Zone& zone = zone_at(place, number);
  zone.serial = kept.content()->serial();
  if (!zone.may_send || paces_all_) return join_line(number, at_start);
  // In the next round of the loop: what is told has to be served by then.
  zone.has_news = true;
  timetable_.set(number, now_us());
  wake_up();
}

void Notifier::notify_again(const ZonePlace& place) {
  const KeptZone* const kept = keeper_.at(place);
  if (kept == nullptr || kept->content() == nullptr || tells_nobody(*kept->config)) return;
  zone_removed(place);
  zone_changed(place, *kept, false);
}

void Notifier::join_line(Number number, bool at_start) {
  if (at_start) {
    start_line_.join(number);
  } else {
    start_line_.leave(number);
    line_.join(number);
  }
  wake_up();
}

/// Works out who is to be told, and tells them.
void Notifier::take_turn(Number number) {
  Zone& zone = zones_.at(number);
  const KeptZone* const kept = keeper_.at(zone.place);
  if (kept == nullptr || kept->content() == nullptr) return forget(number);
  find_targets(zone, *kept);
  if (zone.targets.empty()) return forget(number);
  if (!zone.may_send) {
    log(LogCategory::kNotify, LogSeverity::kInfo, "notify", "zone {}: sending notifies (serial {})",
        display_name(*kept->config, zone.place.view), zone.serial.value);
  }
  zone.may_send = true;
  zone.has_news = false;
  zone.quiet_since_us = now_us();
  zone.sender->changed(zone.serial, now_us());
  send_due(number, zone);
}

// ---- who is told

/// Targets that were there before keep their numbers, and with them what they have heard.
void Notifier::find_targets(Zone& zone, const KeptZone& kept) {
  if (zone.sender == nullptr || zone.config != kept.config)
    zone.sender = std::make_unique<transfer::NotifySender>(notify_times(*kept.config->options));
  zone.config = kept.config;
  std::map<PeerId, Remote> targets;
  for (Remote& remote : targets_of(zone.place, kept)) {
    const auto is_same = [&](const auto& known) { return known.second.address == remote.address; };
    if (std::any_of(targets.begin(), targets.end(), is_same)) continue;
    const auto before = std::find_if(zone.targets.begin(), zone.targets.end(), is_same);
    const PeerId peer = before != zone.targets.end() ? before->first : ++last_peer_;
    targets.emplace(peer, std::move(remote));
  }
  zone.targets = std::move(targets);
  std::vector<PeerId> peers;
  peers.reserve(zone.targets.size());
  for (const auto& [peer, remote] : zone.targets) peers.push_back(peer);
  zone.sender->set_targets(peers, now_us());
  std::erase_if(zone.under_way, [&](const auto& sent) { return !zone.targets.contains(sent.first); });
}

/// Those of also-notify, and the zone's name servers whose addresses zones of this server tell.
std::vector<Remote> Notifier::targets_of(const ZonePlace& place, const KeptZone& kept) const {
  const config::ZoneOptions& options = *kept.config->options;
  std::vector<Remote> targets;
  targets.reserve(options.also_notify.size());
  for (const config::RemoteServer& server : options.also_notify)
    targets.push_back(remotes_.notified(place.view, server, options));
  if (options.notify == config::NotifyMode::kExplicit) return targets;
  for (const dns::Name& name : transfer::notify_names(*kept.content(), options.notify_to_soa)) {
    const zone::ContentPtr content = keeper_.content_for(place.view, name);
    if (content == nullptr) continue;
    for (const std::vector<uint8_t>& octets : transfer::addresses_in_zone(*content, name)) {
      config::RemoteServer server;
      server.address.is_v6 = octets.size() == 16;
      std::copy(octets.begin(), octets.end(), server.address.bytes.begin());
      Remote remote = remotes_.notified(place.view, server, options);
      if (!is_self_(remote.address)) targets.push_back(std::move(remote));
    }
  }
  std::erase_if(targets, [](const Remote& remote) { return !remote.is_usable(); });
  return targets;
}

// ---- sending

void Notifier::send_due(Number number, Zone& zone) {
  while (const auto what = zone.sender->next(now_us())) send(number, zone, *what);
  const int64_t wake_us = zone.sender->wake_us();
  timetable_.set(number, wake_us != transfer::kNever ? wake_us : zone.quiet_since_us + kQuiet_us);
  wake_up();
}

/// What is still on its way to the target gives way: its answer is not waited for any more.
void Notifier::send(Number number, Zone& zone, const transfer::NotifySender::Send& what) {
  const KeptZone* const kept = keeper_.at(zone.place);
  if (kept == nullptr || kept->content() == nullptr) return;
  const Remote& target = zone.targets.at(what.peer);
  Sent& sent = zone.under_way[what.peer];
  sent.serial = what.serial;
  sent.message = {static_cast<uint16_t>(random_u64()), dns::Name(zone.config->name()), zone.config->rr_class,
                  what.serial};
  const zone::RRsetView soa = kept->content()->apex_node().find(dns::RRType::kSoa);
  std::vector<uint8_t> message(kMessageRoom);
  const bool has_soa = soa && kept->content()->serial() == what.serial;
  size_t size = transfer::write_notify(message, sent.message, has_soa ? soa.first_rdata() : Bytes(),
                                       has_soa ? soa.ttl_s() : 0);
  sent.session = {};
  if (target.key != nullptr) size = sent.session.sign_request(message, size, *target.key, os::unix_time_s());
  message.resize(size);
  const std::string name = display_name(*zone.config, zone.place.view);
  if (what.tries == 1) sent_.add(target.address);
  log_debug(3, LogCategory::kNotify, "notify", "zone {}: sending notify to {} : serial {}", name,
            target.address.to_string(), what.serial.value);
  if (auto posted = post(number, what.peer, sent, target, std::move(message)); !posted)
    log_notify(LogSeverity::kInfo, target, name, posted.error().text);
  if (what.tries == transfer::NotifyTimes().max_tries)
    log_notify(LogSeverity::kInfo, target, name, "retries exceeded");
}

/// Over UDP, or over TLS where that is asked for; never one in place of the other.
Result<void> Notifier::post(Number number, PeerId peer, Sent& sent, const Remote& target,
                            std::vector<uint8_t> message) {
  const auto done = [this, number, peer](const Result<Bytes>& reply) { replied(number, peer, reply); };
  sent.client.reset();
  sent.stream.reset();
  if (target.tls != nullptr) {
    auto asked = net::StreamQuestion::ask(loop_,
                                          {.server = target.address,
                                           .source = target.source,
                                           .message = std::move(message),
                                           .timeouts = kNotifyTimeouts,
                                           .tls = target.tls},
                                          done);
    if (!asked) return std::unexpected(asked.error());
    sent.stream = std::move(*asked);
    return {};
  }
  auto asked = net::DatagramClient::ask(
      loop_,
      {.server = target.address,
       .source = target.source,
       .message = std::move(message),
       .timeout_ms = static_cast<uint32_t>(transfer::NotifyTimes().longest_retry_us / 1000),
       .tries = 1},
      [id = sent.message.id](Bytes reply) { return reply.size() >= 12 && load_u16(reply.data()) == id; },
      done);
  if (!asked) return std::unexpected(asked.error());
  sent.client = std::move(*asked);
  return {};
}

void Notifier::replied(Number number, PeerId peer, const Result<Bytes>& reply) {
  const auto found = zones_.find(number);
  if (found == zones_.end()) return;
  Zone& zone = found->second;
  const auto at = zone.under_way.find(peer);
  if (at == zone.under_way.end()) return;
  Sent& sent = at->second;
  const Remote& target = zone.targets.at(peer);
  const std::string name = display_name(*zone.config, zone.place.view);
  if (!reply) {  // the sender's time comes
    if (target.tls != nullptr) log_notify(LogSeverity::kInfo, target, name, reply.error().text);
    return;
  }
  if (target.key != nullptr) {
    if (const auto verified = sent.session.verify_reply(*reply, os::unix_time_s()); !verified)
      return log_notify(LogSeverity::kInfo, target, name, verified.error().text);
  }
  const auto rcode = transfer::read_notify_reply(*reply, sent.message);
  if (!rcode) return log_notify(LogSeverity::kInfo, target, name, rcode.error().text);
  if (*rcode != dns::Rcode::kNoError)
    log_notify(LogSeverity::kInfo, target, name, "response " + dns::to_string(*rcode));
  const dns::Serial serial = sent.serial;
  zone.under_way.erase(at);
  zone.sender->acknowledged(peer, serial);
  send_due(number, zone);
}

// ---- time

void Notifier::on_timer() {
  const int64_t now = now_us();
  while (const auto number = line_.next(now)) take_turn(*number);
  while (const auto number = start_line_.next(now)) take_turn(*number);
  while (const auto number = timetable_.next(now)) {
    Zone& zone = zones_.at(*number);
    if (zone.has_news) {
      take_turn(*number);
    } else if (zone.sender->wake_us() != transfer::kNever) {
      send_due(*number, zone);
    } else if (now >= zone.quiet_since_us + kQuiet_us) {
      forget(*number);
    }
  }
  wake_up();
}

void Notifier::wake_up() {
  const int64_t next_us = std::min({line_.wake_us(), start_line_.wake_us(), timetable_.wake_us()});
  if (next_us == transfer::kNever) return loop_.cancel(*this);
  const int64_t now = now_us();
  const int64_t wait_ms = next_us <= now ? 0 : (next_us - now + 999) / 1000;
  loop_.set_timer(*this, net::monotonic_ms() + static_cast<uint64_t>(wait_ms));
}

}  // namespace nomen::server
