// What becomes of the versions that transfers bring: into the log, to the workers, into the saved copy.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "server/replay.h"
#include "server/secondaries.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

/// A saved copy is written again when the log behind it has become so large, or after this time, drawn a bit
/// shorter for each zone so that they do not come together.
constexpr uint64_t kLeastLoggedBytes = 256 << 10;
constexpr uint64_t kShareOfZone = 4;
constexpr int64_t kCopyDelay_us = 900'000'000;
constexpr int64_t kCopyRetry_us = 60'000'000;
/// Steps that may wait in memory for a copy to be written; beyond them the copy is made once more.
constexpr size_t kMostUnlogged = 10'000;
/// Times of refresh and expiry are gathered for so long.
constexpr int64_t kTimesDelay_us = 1'000'000;

/// Whether the log can tell these steps apart by their serials.
bool is_loggable(const std::vector<zone::VersionStep>& steps) {
  return !steps.empty() && std::all_of(steps.begin(), steps.end(), [](const zone::VersionStep& step) {
    return step.to.is_after(step.from);
  });
}

uint64_t bytes_of(const std::vector<zone::VersionStep>& steps) {
  uint64_t bytes = 0;
  for (const zone::VersionStep& step : steps)
    bytes += step.change->removed.memory_bytes() + step.change->added.memory_bytes();
  return bytes;
}

}  // namespace

void Secondaries::take_version(Number number, Zone& zone, TransferOutcome& outcome) {
  transfer::Received& received = outcome.received;
  if (!is_loggable(received.steps)) {
    const KeptZone* const kept = keeper_.at(zone.place);
    const bool is_same =
        kept != nullptr && kept->served != nullptr && kept->served->shared_content() == received.content;
    received.steps.clear();
    serve(number, zone, std::move(received), outcome.end_line);
    if (!is_same) save(number, zone, true);
    return;
  }
  if (zone.copy.based) return log_steps(number, zone, outcome);
  if (!zone.config->file.empty()) {
    auto& unlogged = zone.copy.unlogged;
    unlogged.insert(unlogged.end(), received.steps.begin(), received.steps.end());
  }
  serve(number, zone, std::move(received), outcome.end_line);
  if (!zone.copy.writing || zone.copy.unlogged.size() > kMostUnlogged) save(number, zone, true);
}

std::vector<store::Version> Secondaries::rows_of(const Zone& zone,
                                                 const std::vector<zone::VersionStep>& steps,
                                                 store::ZoneId id) const {
  const auto source =
      zone.machine.is_busy() ? std::optional(zone.machine.work().primary) : zone.machine.source();
  const store::Actor actor{
      store::ActorKind::kTransfer,
      source && *source < zone.primaries.size() ? zone.primaries[*source].address.address().to_string() : ""};
  std::vector<store::Version> rows;
  rows.reserve(steps.size());
  for (const zone::VersionStep& step : steps)
    rows.push_back({id, step.from, step.to, now_us(), actor, *step.change});
  return rows;
}

/// In the log first, then served: what was once seen here is still here after a crash.
void Secondaries::log_steps(Number number, Zone& zone, TransferOutcome& outcome) {
  const auto id = log_.id_of(zone.place);
  auto shared = std::make_shared<TransferOutcome>(std::move(outcome));
  const std::vector<zone::VersionStep>& steps = shared->received.steps;
  const uint64_t bytes = bytes_of(steps);
  log_.append(rows_of(zone, steps, *id), [this, number, shared, bytes](const Result<void>& result) {
    Zone* const found = find(number);
    if (found == nullptr) return;
    if (result) {
      note_logged(*found, bytes);
    } else {
      log_zone(LogSeverity::kError, found->name, "the version log: " + result.error().text);
      found->copy.based = false;
    }
    serve(number, *found, std::move(shared->received), shared->end_line);
    if (!result) save(number, *found, true);
  });
}

void Secondaries::note_logged(Zone& zone, uint64_t bytes) {
  Copy& copy = zone.copy;
  copy.logged_bytes += bytes;
  const KeptZone* const kept = keeper_.at(zone.place);
  const uint64_t size = kept != nullptr && kept->content() != nullptr ? kept->content()->memory_bytes() : 0;
  const bool is_much = copy.logged_bytes > std::max(kLeastLoggedBytes, size / kShareOfZone);
  if (is_much) {
    copy.due_us = now_us();
  } else if (copy.due_us == transfer::kNever) {
    copy.due_us = now_us() + kCopyDelay_us - static_cast<int64_t>(random_u64() % (kCopyDelay_us / 4));
  }
}

void Secondaries::serve(Number number, Zone& zone, transfer::Received received, const std::string& end_line) {
  const auto soa = transfer::soa_of(*received.content);
  const size_t source = zone.machine.work().primary;
  const Remote primary = source < zone.primaries.size() ? zone.primaries[source] : Remote{};
  const KeptZone* const kept = keeper_.at(zone.place);
  const bool is_new =
      kept == nullptr || kept->served == nullptr || kept->served->shared_content() != received.content;
  if (is_new) {
    taking_ = true;
    keeper_.take_version(zone.place, std::move(received.content), std::move(received.steps));
    keeper_.publish();
    taking_ = false;
  }
  log_transferred(zone, primary, *soa, end_line);
  zone.machine.transferred(*soa, received.expire_s, now_us());
  times_to_save_.insert(number);
  if (save_times_at_us_ == transfer::kNever) save_times_at_us_ = now_us() + kTimesDelay_us;
  consider(number, zone);
}

void Secondaries::log_transferred(const Zone& zone, const Remote& primary, const transfer::Soa& soa,
                                  const std::string& end_line) {
  if (zone.config->type == config::ZoneType::kStub) {
    return log_zone(LogSeverity::kInfo, zone.name,
                    fmt::format("stub: serial {}, {} from primary {}", soa.serial.value, end_line,
                                primary.address.to_string()));
  }
  const std::string key =
      primary.key != nullptr ? ": TSIG '" + dns::to_string_no_dot(primary.key->name) + "'" : "";
  log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "zone {}: transferred serial {}{}", zone.name,
      soa.serial.value, key);
  const std::string head = fmt::format("transfer of '{}' from {}", zone.name, primary.address.to_string());
  log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "{}: Transfer status: success", head);
  log(LogCategory::kXferIn, LogSeverity::kInfo, "transfer", "{}: {}", head, end_line);
}

// ---- saved copies

/// With `clears_log` the copy is a new beginning; else it takes in what the log has.
void Secondaries::save(Number number, Zone& zone, bool clears_log) {
  Copy& copy = zone.copy;
  copy.due_us = transfer::kNever;
  if (zone.config->file.empty()) return;
  if (clears_log) {
    copy.based = false;
    copy.again = copy.writing;
  }
  if (copy.writing) return;
  const KeptZone* const kept = keeper_.at(zone.place);
  if (kept == nullptr || kept->content() == nullptr) return;
  const auto id = log_.id_of(zone.place);
  if (clears_log) copy.unlogged.clear();
  copy.writing = true;
  copy.logged_bytes = 0;
  copies_.add({.content = kept->served->shared_content(),
               .file = zone_file(*zone.config, keeper_.directory()),
               .log = clears_log && id ? log_.store() : nullptr,
               .zone = id.value_or(store::ZoneId{}),
               .clears_log = clears_log,
               .done = [this, number, clears_log, place = zone.place,
                        content = kept->served->shared_content()](const Result<os::FileStamp>& result) {
                 if (result) keeper_.note_file(place, *result, content);
                 saved(number, clears_log, content->serial(),
                       result ? Result<void>() : std::unexpected(result.error()));
               }});
}

void Secondaries::saved(Number number, bool clears_log, dns::Serial serial, const Result<void>& result) {
  Zone* const zone = find(number);
  if (zone == nullptr) return;
  Copy& copy = zone->copy;
  copy.writing = false;
  if (copy.again) {
    copy.again = false;
    return save(number, *zone, true);
  }
  if (!result) {
    log_zone(LogSeverity::kError, zone->name,
             fmt::format("dumping to file '{}' failed: {}", zone->config->file, result.error().text));
    if (clears_log) return;  // the next version tries again
    copy.due_us = now_us() + kCopyRetry_us;
    return consider(number, *zone);
  }
  copy.saved = serial;
  if (!clears_log) return prune(*zone);
  const auto id = log_.id_of(zone->place);
  if (!id || log_.store() == nullptr) return;
  copy.based = true;
  const std::vector<zone::VersionStep> steps = std::exchange(copy.unlogged, {});
  if (steps.empty()) return;
  note_logged(*zone, bytes_of(steps));
  log_.append(rows_of(*zone, steps, *id), [this, number](const Result<void>& appended) {
    Zone* const found = find(number);
    if (appended || found == nullptr) return;
    log_zone(LogSeverity::kError, found->name, "the version log: " + appended.error().text);
    save(number, *found, true);
  });
  consider(number, *zone);
}

/// Rows that the copy has made needless are kept for IXFR and for people, as far as the settings let them.
void Secondaries::prune(const Zone& zone) {
  const KeptZone* const kept = keeper_.at(zone.place);
  const auto id = log_.id_of(zone.place);
  if (kept == nullptr || kept->content() == nullptr || !id || !zone.copy.saved) return;
  copies_.add({.content = nullptr,
               .file = {},
               .log = log_.store(),
               .zone = *id,
               .clears_log = false,
               .in_file = *zone.copy.saved,
               .retention = retention_of(*kept->content(), *zone.config->options, now_us()),
               .done = [](const Result<os::FileStamp>&) {}});
}

void Secondaries::prune_history(const ZonePlace& place) {
  Number number = 0;
  if (const Zone* const zone = find(place, number)) prune(*zone);
}

void Secondaries::save_times() {
  save_times_at_us_ = transfer::kNever;
  for (const Number number : std::exchange(times_to_save_, {})) {
    const Zone* const zone = find(number);
    if (zone == nullptr || zone->config->file.empty()) continue;
    const auto id = log_.id_of(zone->place);
    if (!id || log_.store() == nullptr) continue;
    store::ZoneTimes times = zone->machine.times();
    if (const auto source = zone->machine.source(); source && *source < zone->primaries.size())
      times.primary = zone->primaries[*source].address.to_string();
    log_.store()->save_times(*id, times, [](const Result<void>&) {});
  }
}

}  // namespace nomen::server
