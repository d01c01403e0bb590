#include "server/file_history.h"

#include <algorithm>
#include <future>
#include <utility>

#include "base/os/clock.h"
#include "server/replay.h"
#include "server/zone_log.h"
#include "store/change_encoding.h"
#include "zone/content_digest.h"

namespace nomen::server {

namespace {

/// Zones that share a sync; their changes are in memory until they are written.
constexpr size_t kMostAtOnce = 256;
constexpr int kHistoryNice = 15;

store::ZoneName store_name(const ZonePlace& place, const config::Zone& zone) {
  return {place.view, dns::Name(zone.name()), zone.rr_class};
}

/// Whether the change as it is stored is larger than all of a history may be.
bool is_larger(const zone::Change& change, uint64_t most_bytes) {
  if (change.removed.memory_bytes() + change.added.memory_bytes() <= most_bytes) return false;
  const auto stored = store::encode_change(change);
  return !stored || stored->size() > most_bytes;
}

}  // namespace

FileHistory::FileHistory(net::EventLoop& loop, VersionLog& log)
    : loop_(loop),
      log_(log),
      jobs_({.nice = kHistoryNice, .most_at_once = kMostAtOnce},
            [this](std::vector<Job>& jobs) { work(jobs); }) {}

void FileHistory::add(Entry entry, const std::string& directory) {
  if (log_.store() == nullptr) {
    const auto opened = log_.open(directory);
    if (!opened && !std::exchange(cannot_open_, true))
      log(LogCategory::kGeneral, LogSeverity::kWarning, "server", "zones have no history: {}",
          opened.error().text);
    if (!opened) return;
    cannot_open_ = false;
  }
  Job job{std::move(entry), {}, os::unix_time_us(), false};
  job.id = log_.id_of(job.entry.place);
  jobs_.add(std::move(job));
}

void FileHistory::prune(const ZonePlace& place, config::ZonePtr zone, zone::ContentPtr content) {
  const auto id = log_.id_of(place);
  if (!id || content == nullptr) return;
  jobs_.add({{place, std::move(zone), std::move(content), {}, nullptr}, id, os::unix_time_us(), true});
}

/// One warning until a row is written again.
void FileHistory::complain(const Job& job, const Error& error) {
  if (std::exchange(complained_, true)) return;
  log_zone(LogSeverity::kWarning, display_name(*job.entry.zone, job.entry.place.view),
           "its change is served and is not in the history: " + error.text);
}

void FileHistory::work(std::vector<Job>& jobs) {
  if (const auto numbered = number(jobs); !numbered) {
    for (const Job& job : jobs) {
      if (job.id) broken_.insert(*job.id);
    }
    return complain(jobs.front(), numbered.error());
  }
  std::vector<std::pair<const Job*, std::future<Result<void>>>> waits;
  ends_.clear();
  for (const Job& job : jobs) {
    if (job.only_prunes) continue;
    auto rows = rows_for(job);
    if (!rows) complain(job, rows.error());
    if (!rows || rows->empty()) continue;
    ends_[*job.id] = rows->back().to;
    const auto done = std::make_shared<std::promise<Result<void>>>();
    waits.emplace_back(&job, done->get_future());
    log_.store()->append(std::move(*rows), [done](const Result<void>& result) { done->set_value(result); });
  }
  for (auto& [job, done] : waits) {
    const Result<void> result = done.get();
    if (result) {
      complained_ = false;
    } else {
      broken_.insert(*job->id);
      complain(*job, result.error());
    }
  }
  for (const Job& job : jobs) {
    if (job.id) prune(job);
  }
}

/// Zones whose first change this is get their numbers, all with one sync.
Result<void> FileHistory::number(std::vector<Job>& jobs) {
  std::vector<store::ZoneName> names;
  std::vector<Job*> unnumbered;
  for (Job& job : jobs) {
    // What has no number has no history to have a gap in.
    if (job.id || job.entry.change == nullptr) continue;
    names.push_back(store_name(job.entry.place, *job.entry.zone));
    unnumbered.push_back(&job);
  }
  if (names.empty()) return {};
  const auto ids = log_.store()->zone_ids(names);
  if (!ids) return std::unexpected(ids.error());
  auto known = std::make_shared<std::vector<std::pair<ZonePlace, store::ZoneId>>>();
  for (size_t i = 0; i < unnumbered.size(); i++) {
    unnumbered[i]->id = (*ids)[i];
    known->emplace_back(unnumbered[i]->entry.place, (*ids)[i]);
  }
  loop_.post([&log = log_, known] {
    for (const auto& [place, id] : *known) log.note_id(place, id);
  });
  return {};
}

/// The row of a change, behind the row of a gap where the log does not end at what was changed.
Result<std::vector<store::Version>> FileHistory::rows_for(const Job& job) {
  std::vector<store::Version> rows;
  if (!job.id) return rows;
  const Entry& entry = job.entry;
  const store::Actor actor{store::ActorKind::kFile, entry.zone->file};
  std::optional<dns::Serial> end;
  if (const auto pending = ends_.find(*job.id); pending != ends_.end()) {
    end = pending->second;
  } else {
    const auto newest = log_.store()->list(*job.id, 1, std::nullopt);
    if (!newest) return std::unexpected(newest.error());
    if (!newest->empty()) end = newest->front().to;
  }
  const bool is_broken = broken_.erase(*job.id) != 0;
  const dns::Serial to = entry.content->serial();
  const auto digest = zone::digest_of(*entry.content);
  if (entry.change == nullptr) {
    if (end) rows.push_back({*job.id, *end, to, job.time_us, actor, {}, true, digest});
    return rows;
  }
  if (end && (is_broken || *end != entry.from))
    rows.push_back({*job.id, *end, entry.from, job.time_us, actor, {}, true});
  const auto most = retention_of(*entry.content, *entry.zone->options, job.time_us).max_bytes;
  const bool is_kept = !most || !is_larger(*entry.change, *most);
  rows.push_back({*job.id, entry.from, to, job.time_us, actor, is_kept ? *entry.change : zone::Change{},
                  !is_kept, digest});
  return rows;
}

/// What came after this version may be needed: it may be in no file yet.
void FileHistory::prune(const Job& job) {
  const zone::Content& content = *job.entry.content;
  const auto retention = retention_of(content, *job.entry.zone->options, os::unix_time_us());
  const auto pruned = server::prune(*log_.store(), *job.id, content.serial(), retention);
  if (!pruned) complain(job, pruned.error());
}

}  // namespace nomen::server
