#include "server/secondaries.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "base/random.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

using transfer::QueryFailure;
using transfer::SecondaryWork;
using Kind = SecondaryWork::Kind;

constexpr uint64_t kMinute_ms = 60'000;

transfer::SecondaryOptions machine_options(const config::Zone& zone, const std::vector<Remote>& primaries) {
  const config::ZoneOptions& options = *zone.options;
  transfer::SecondaryOptions made;
  made.primaries = primaries.size();
  made.min_refresh_s = options.min_refresh_time_s;
  made.max_refresh_s = options.max_refresh_time_s;
  made.min_retry_s = options.min_retry_time_s;
  made.max_retry_s = options.max_retry_time_s;
  made.multi_master = options.multi_master;
  made.try_tcp_refresh = options.try_tcp_refresh;
  made.request_ixfr = zone.type != config::ZoneType::kStub &&
                      std::any_of(primaries.begin(), primaries.end(), [&](const Remote& primary) {
                        return primary.request_ixfr.value_or(options.request_ixfr);
                      });
  return made;
}

void log_received_notify(const std::string& zone, const net::SocketAddress& peer, const std::string& text) {
  log(LogCategory::kNotify, LogSeverity::kInfo, "notify", "zone {}: notify from {}: {}", zone,
      peer.to_string(), text);
}

}  // namespace

Result<std::unique_ptr<Secondaries>> Secondaries::create(net::EventLoop& loop, ZoneKeeper& zones,
                                                         VersionLog& log, const Remotes& remotes) {
  auto client = TransferClient::start(loop);
  if (!client) return std::unexpected(client.error());
  return std::unique_ptr<Secondaries>(new Secondaries(loop, zones, log, remotes, std::move(*client)));
}

Secondaries::Secondaries(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log, const Remotes& remotes,
                         std::unique_ptr<TransferClient> client)
    : loop_(loop),
      keeper_(zones),
      log_(log),
      remotes_(remotes),
      client_(std::move(client)),
      copies_(loop),
      began_(std::chrono::steady_clock::now()),
      began_us_(os::unix_time_us()) {}

Secondaries::~Secondaries() {
  loop_.cancel(*this);
  save_times();
}

int64_t Secondaries::now_us() const {
  const auto since = std::chrono::steady_clock::now() - began_;
  return began_us_ + std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

void Secondaries::configure(const config::ServerOptions& options) {
  configuration_++;
  soa_line_.set_rate(options.serial_query_rate);
  quota_.set_limits(options.transfers_in, options.transfers_per_ns);
  lines_moved_ = true;
  wake_up();
}

// ---- zones come and go

Secondaries::Zone* Secondaries::find(Number number) {
  const auto found = zones_.find(number);
  return found != zones_.end() ? &found->second : nullptr;
}

Secondaries::Zone* Secondaries::find(const ZonePlace& place, Number& number) {
  const auto found = numbers_.find(place);
  if (found == numbers_.end()) return nullptr;
  number = found->second;
  return &zones_.at(number);
}

/// Numbers are not used again: what comes back for a zone that is gone finds nothing.
Secondaries::Number Secondaries::add(const ZonePlace& place, const KeptZone& kept) {
  const Number number = ++last_number_;
  Zone zone{.place = place,
            .config = kept.config,
            .name = display_name(*kept.config, place.view),
            .machine = transfer::Secondary({}, 0),
            .primaries = {},
            .copy = {}};
  take_primaries(zone);
  zone.machine = transfer::Secondary(machine_options(*zone.config, zone.primaries), random_u64());
  numbers_.insert_or_assign(place, number);
  zones_.emplace(number, std::move(zone));
  return number;
}

void Secondaries::drop(Number number) {
  soa_line_.leave(number);
  quota_.leave(number);
  timetable_.set(number, transfer::kNever);
  times_to_save_.erase(number);
  const auto found = zones_.find(number);
  numbers_.erase(found->second.place);
  zones_.erase(found);
}

void Secondaries::take_primaries(Zone& zone) {
  zone.primaries.clear();
  for (const config::RemoteServer& server : zone.config->primaries)
    zone.primaries.push_back(remotes_.primary(zone.place.view, server, *zone.config->options));
  zone.primaries_from = configuration_;
}

void Secondaries::zone_configured(const ZonePlace& place, const KeptZone& kept) {
  if (numbers_.empty() && !kept.is_copy()) return;
  Number number = 0;
  Zone* zone = find(place, number);
  if (!kept.is_copy()) {
    if (zone != nullptr) drop(number);
    return;
  }
  if (zone != nullptr) {
    const bool other_primaries = zone->config->primaries != kept.config->primaries;
    zone->config = kept.config;
    take_primaries(*zone);
    zone->machine.configure(machine_options(*zone->config, zone->primaries), now_us());
    if (!zone->started) return;
    if (other_primaries) zone->machine.refresh_now(now_us());
    return consider(number, *zone);
  }
  number = add(place, kept);
  // One with a file begins when it is known whether there is a saved copy.
  if (kept.content() != nullptr || kept.config->file.empty())
    start(number, zones_.at(number), kept.content());
}

void Secondaries::zone_changed(const ZonePlace& place, const KeptZone& kept) {
  if (taking_ || !kept.is_copy()) return;
  Number number = 0;
  Zone* zone = find(place, number);
  if (zone == nullptr) return;
  if (zone->started) {  // another file
    drop(number);
    number = add(place, kept);
    zone = &zones_.at(number);
  }
  zone->copy.based = log_.id_of(place).has_value();
  start(number, *zone, kept.content());
}

void Secondaries::zone_has_no_copy(const ZonePlace& place, const KeptZone&) {
  Number number = 0;
  Zone* const zone = find(place, number);
  if (zone == nullptr) return;
  // The copy that it began with was none.
  if (zone->started) retransfer(place);
  if (!zone->started) start(number, *zone, nullptr);
}

void Secondaries::zone_removed(const ZonePlace& place) {
  Number number = 0;
  if (find(place, number) != nullptr) drop(number);
}

void Secondaries::start(Number number, Zone& zone, const zone::Content* content) {
  zone.started = true;
  const auto soa = content != nullptr ? transfer::soa_of(*content) : std::nullopt;
  if (!soa) {
    zone.machine.start_empty(now_us());
    return consider(number, zone);
  }
  std::optional<store::ZoneTimes> times;
  if (const auto id = log_.id_of(zone.place); id && log_.store() != nullptr) {
    if (auto read = log_.store()->times(*id)) times = std::move(*read);
  }
  zone.machine.start_with(*soa, times, now_us());
  consider(number, zone);
}

// ---- what they want

/// Puts the zone where its next step waits: into a line, or into the timetable.
void Secondaries::consider(Number number, Zone& zone) {
  const int64_t now = now_us();
  if (zone.machine.expire_if_due(now)) expire(zone);
  const SecondaryWork work = zone.machine.wanted(now);
  int64_t wake_us = zone.machine.wake_us();
  if (work.kind == Kind::kSoaQuery) {
    quota_.leave(number);
    soa_line_.join(number, zone.notified || work.over_tcp);
  } else if (work.kind == Kind::kTransfer && work.primary < zone.primaries.size()) {
    soa_line_.leave(number);
    quota_.join(number, peer_id(zone.primaries[work.primary]));
  } else {
    soa_line_.leave(number);
    quota_.leave(number);
  }
  if (work.kind != Kind::kNone) {  // it waits in a line; only its end comes by the clock
    const int64_t expires_us = zone.machine.times().expires_us;
    wake_us = zone.machine.has_data() && !zone.machine.is_expired() ? expires_us : transfer::kNever;
  }
  timetable_.set(number, std::min(wake_us, zone.copy.due_us));
  keeper_.note_expiry(zone.place, zone.machine.times().expires_us / 1'000'000);
  lines_moved_ = true;
  wake_up();
}

void Secondaries::wake_up() {
  int64_t next_us = std::min({timetable_.wake_us(), soa_line_.wake_us(), save_times_at_us_});
  const int64_t now = now_us();
  if (lines_moved_) next_us = now;
  if (next_us == transfer::kNever) return loop_.cancel(*this);
  const int64_t wait_ms = next_us <= now ? 0 : (next_us - now + 999) / 1000;
  loop_.set_timer(*this, net::monotonic_ms() + static_cast<uint64_t>(wait_ms));
}

void Secondaries::on_timer() {
  lines_moved_ = false;
  const int64_t now = now_us();
  while (const auto number = timetable_.next(now)) {
    Zone& zone = zones_.at(*number);
    if (zone.copy.due_us <= now) save(*number, zone, false);
    consider(*number, zone);
  }
  while (const auto number = soa_line_.next(now)) {
    Zone& zone = zones_.at(*number);
    if (zone.machine.wanted(now).kind == Kind::kSoaQuery) ask(*number, zone);
  }
  while (const auto grant = quota_.next()) {
    Zone& zone = zones_.at(grant->zone);
    if (zone.machine.wanted(now).kind == Kind::kTransfer) {
      fetch(grant->zone, zone, grant->peer);
    } else {
      quota_.end(grant->peer);
    }
  }
  lines_moved_ = false;
  if (save_times_at_us_ <= now) save_times();
  wake_up();
}

transfer::PeerId Secondaries::peer_id(const Remote& primary) {
  const auto [it, is_new] =
      peers_.try_emplace(primary.address.address(), static_cast<transfer::PeerId>(peers_.size() + 1));
  if (primary.transfers) quota_.limit(it->second, *primary.transfers);
  return it->second;
}

/// What cannot be asked for is told, and counts as a failure.
bool Secondaries::may_talk_to(Zone& zone, const Remote& primary) {
  if (primary.bogus) {
    log_zone(LogSeverity::kWarning, zone.name,
             fmt::format("refresh: primary {} is bogus", primary.address.to_string()));
  } else if (primary.key_missing) {
    log_zone(LogSeverity::kError, zone.name,
             fmt::format("unable to find the TSIG key of primary {}", primary.address.to_string()));
  } else if (!primary.tls_problem.empty()) {
    log_zone(LogSeverity::kError, zone.name,
             fmt::format("could not get TLS configuration for zone transfer: {}", primary.tls_problem));
  }
  return primary.is_usable();
}

// ---- questions for the SOA

void Secondaries::ask(Number number, Zone& zone) {
  if (zone.primaries_from != configuration_) take_primaries(zone);
  zone.machine.begin(now_us());
  zone.notified = false;
  const SecondaryWork& work = zone.machine.work();
  if (work.primary >= zone.primaries.size() || !may_talk_to(zone, zone.primaries[work.primary])) {
    zone.machine.soa_failed(QueryFailure::kBadAnswer, now_us());
    return consider(number, zone);
  }
  const Remote& primary = zone.primaries[work.primary];
  soa_queries_++;
  counts_.soa_queries.add(primary.address);
  timetable_.set(number, zone.machine.wake_us());
  client_->ask({.zone = dns::Name(zone.config->name()),
                .rr_class = zone.config->rr_class,
                .primary = primary,
                .over_tcp = work.over_tcp || primary.tcp_only,
                .ask_expire = primary.request_expire.value_or(zone.config->options->request_expire)},
               [this, number](const SoaAnswer& answer) { answered(number, answer); });
}

void Secondaries::answered(Number number, const SoaAnswer& answer) {
  soa_queries_--;
  Zone* const zone = find(number);
  if (zone == nullptr) return;
  const SecondaryWork work = zone->machine.work();
  const Remote primary = work.primary < zone->primaries.size() ? zone->primaries[work.primary] : Remote{};
  if (!answer.serial) {
    const std::string text = fmt::format("refresh: {} {} {}{}{}", answer.what, primary.address.to_string(),
                                         primary.source_text(), answer.why.empty() ? "" : ": ", answer.why);
    if (answer.failure == QueryFailure::kTruncated) {
      log_debug(1, LogCategory::kGeneral, "zone", "zone {}: {}", zone->name, text);
    } else {
      log_zone(LogSeverity::kInfo, zone->name, text);
    }
    zone->machine.soa_failed(answer.failure, now_us());
    return consider(number, *zone);
  }
  const auto& ours = zone->machine.soa();
  if (ours && !answer.serial->is_after(ours->serial) && *answer.serial != ours->serial &&
      !zone->config->options->multi_master) {
    log_zone(LogSeverity::kInfo, zone->name,
             fmt::format("serial number ({}) received from primary {} < ours ({})", answer.serial->value,
                         primary.address.to_string(), ours->serial.value));
  }
  zone->machine.soa_answered(*answer.serial, answer.expire_s, now_us());
  times_to_save_.insert(number);
  if (save_times_at_us_ == transfer::kNever) save_times_at_us_ = now_us() + 1'000'000;
  consider(number, *zone);
}

// ---- transfers

void Secondaries::fetch(Number number, Zone& zone, transfer::PeerId peer) {
  if (zone.primaries_from != configuration_) take_primaries(zone);
  zone.machine.begin(now_us());
  zone.notified = false;
  const SecondaryWork work = zone.machine.work();
  if (work.primary >= zone.primaries.size() || !may_talk_to(zone, zone.primaries[work.primary])) {
    quota_.end(peer);
    zone.machine.transfer_failed(false, now_us());
    return consider(number, zone);
  }
  const config::ZoneOptions& options = *zone.config->options;
  TransferOrder order;
  order.name = zone.name;
  order.is_stub = zone.config->type == config::ZoneType::kStub;
  order.primary = zone.primaries[work.primary];
  order.options.zone = dns::Name(zone.config->name());
  order.options.rr_class = zone.config->rr_class;
  if (const KeptZone* const kept = keeper_.at(zone.place); kept != nullptr && kept->served != nullptr)
    order.options.current = kept->served->shared_content();
  order.options.ixfr = work.ixfr && order.primary.request_ixfr.value_or(options.request_ixfr);
  order.options.accept_any_serial = work.any_serial;
  order.options.edns = order.primary.edns;
  order.options.ask_expire = order.primary.request_expire.value_or(options.request_expire);
  order.options.limits = {options.max_records, options.max_records_per_type, options.max_types_per_name};
  order.timeouts.idle_ms = static_cast<uint32_t>(options.max_transfer_idle_in_min * kMinute_ms);
  order.timeouts.total_ms = options.max_transfer_time_in_min * kMinute_ms;
  order.least_bytes = options.min_transfer_rate_in_bytes;
  order.rate_period_ms = options.min_transfer_rate_in_min * kMinute_ms;
  if (!order.is_stub) {
    const bool ixfr = order.options.ixfr && order.options.current != nullptr;
    (ixfr ? counts_.ixfr_requests : counts_.axfr_requests).add(order.primary.address);
    log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "zone {}: Transfer started.", zone.name);
  }
  timetable_.set(number, zone.machine.wake_us());
  client_->fetch(std::move(order),
                 [this, number, peer](TransferOutcome& outcome) { fetched(number, peer, outcome); });
}

void Secondaries::fetched(Number number, transfer::PeerId peer, TransferOutcome& outcome) {
  quota_.end(peer);
  lines_moved_ = true;
  wake_up();
  Zone* const zone = find(number);
  if (zone == nullptr) return;
  count_end(*zone, outcome.progress);
  if (outcome.progress == transfer::Progress::kDone) return take_version(number, *zone, outcome);
  const size_t primary = zone->machine.work().primary;
  const std::string from =
      primary < zone->primaries.size() ? zone->primaries[primary].address.to_string() : "";
  const bool up_to_date = outcome.progress == transfer::Progress::kUpToDate;
  log_unfinished(*zone, from, outcome);
  if (up_to_date) {
    zone->machine.transfer_up_to_date(outcome.expire_s, now_us());
  } else {
    zone->machine.transfer_failed(outcome.progress == transfer::Progress::kTryAxfr, now_us());
  }
  consider(number, *zone);
}

/// An IXFR that turns into an AXFR has not ended yet.
void Secondaries::count_end(const Zone& zone, transfer::Progress progress) {
  if (zone.config->type == config::ZoneType::kStub || progress == transfer::Progress::kTryAxfr) return;
  (progress == transfer::Progress::kFailed ? counts_.transfers_failed : counts_.transfers_succeeded)++;
}

void Secondaries::log_unfinished(const Zone& zone, const std::string& from, const TransferOutcome& outcome) {
  const bool up_to_date = outcome.progress == transfer::Progress::kUpToDate;
  if (zone.config->type == config::ZoneType::kStub) {
    if (!up_to_date)
      log_zone(LogSeverity::kInfo, zone.name,
               fmt::format("refresh: stub: could not be had from primary {}: {}", from, outcome.reason));
    return;
  }
  const std::string head = fmt::format("transfer of '{}' from {}", zone.name, from);
  if (!up_to_date) {
    log(LogCategory::kXferIn, LogSeverity::kError, "transfer", "{}: {}: {}", head,
        outcome.connected ? "failed while receiving responses" : "failed to connect", outcome.reason);
  }
  log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "{}: Transfer status: {}", head, outcome.reason);
}

void Secondaries::expire(Zone& zone) {
  log_zone(LogSeverity::kWarning, zone.name, "expired");
  keeper_.take_away(zone.place);
  loop_.post([this] { keeper_.publish(); });
}

// ---- NOTIFY and commands

void Secondaries::take(const std::vector<ForwardedNotify>& notifies) {
  for (const ForwardedNotify& notify : notifies) {
    Number number = 0;
    Zone* const zone = find(keeper_.owner_of(notify.place), number);
    if (zone == nullptr || !zone->started) continue;
    std::optional<size_t> primary;
    for (size_t i = 0; i < zone->primaries.size() && !primary; i++) {
      if (zone->primaries[i].address.address() == notify.peer.address()) primary = i;
    }
    const bool was_busy = zone->machine.is_busy();
    if (!zone->machine.notified(primary, notify.serial, now_us())) {
      log_received_notify(zone->name, notify.peer, "zone is up to date");
      continue;
    }
    const std::string serial = notify.serial ? fmt::format("serial {}", notify.serial->value) : "";
    if (was_busy) {
      log_received_notify(
          zone->name, notify.peer,
          serial + (serial.empty() ? "" : ": ") + "refresh in progress, refresh check queued");
    } else {
      log_received_notify(zone->name, notify.peer, serial.empty() ? "no serial" : serial);
    }
    zone->notified = true;
    consider(number, *zone);
  }
}

bool Secondaries::refresh(const ZonePlace& place) {
  Number number = 0;
  Zone* const zone = find(place, number);
  if (zone == nullptr || !zone->started) return false;
  zone->machine.refresh_now(now_us());
  zone->notified = true;
  consider(number, *zone);
  return true;
}

bool Secondaries::retransfer(const ZonePlace& place) {
  Number number = 0;
  Zone* const zone = find(place, number);
  if (zone == nullptr || !zone->started) return false;
  zone->machine.retransfer_now(now_us());
  consider(number, *zone);
  return true;
}

std::optional<Secondaries::Times> Secondaries::times(const ZonePlace& place) const {
  const auto found = numbers_.find(place);
  if (found == numbers_.end()) return std::nullopt;
  const Zone& zone = zones_.at(found->second);
  const store::ZoneTimes known = zone.machine.times();
  return Times{.refresh_s = known.next_refresh_us / 1'000'000,
               .expires_s = known.expires_us / 1'000'000,
               .is_transferring = zone.machine.is_busy() && zone.machine.work().kind == Kind::kTransfer,
               .is_expired = zone.machine.is_expired()};
}

}  // namespace nomen::server
