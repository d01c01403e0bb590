#include "server/zone_files.h"

#include <unistd.h>

#include <utility>

#include "base/os/clock.h"
#include "server/edited_version.h"
#include "server/renew_zonemd.h"
#include "server/replay.h"
#include "server/update_settings.h"
#include "server/zone_log.h"

namespace nomen::server {

using control::CommandResult;
using control::ResultCode;

namespace {

/// BIND writes a zone's file a quarter of an hour after its first change.
constexpr uint64_t kDelayMs = 15 * 60 * 1000;

}  // namespace

/// Waits until it is time to write a zone's file.
class ZoneFiles::Delay final : private net::Timer {
 public:
  Delay(net::EventLoop& loop, std::function<void()> due) : loop_(loop), due_(std::move(due)) {
    loop_.set_timer(*this, loop_.now_ms() + kDelayMs);
  }
  ~Delay() override { loop_.cancel(*this); }

 private:
  void on_timer() override {
    // The call ends this timer.
    const std::function<void()> due = std::move(due_);
    due();
  }

  net::EventLoop& loop_;
  std::function<void()> due_;
};

ZoneFiles::ZoneFiles(net::EventLoop& loop, ZoneKeeper& zones, UpdateDesk& updates, VersionLog& log)
    : loop_(loop), zones_(zones), updates_(updates), log_(log), writer_(loop) {}

ZoneFiles::~ZoneFiles() = default;

// ---- writing

/// What somebody else has written is not written over.
Result<void> ZoneFiles::may_write(const KeptZone& zone) const {
  const std::string path = path_of(*zone.config, zones_.directory());
  const auto stamp = os::file_stamp(path);
  if (!stamp || zone.stamp == os::FileStamp{} || *stamp == zone.stamp) return {};
  return failure(
      "the file '" + path +
      "' was changed by somebody else and is left as it is: 'rndc freeze' and 'rndc thaw' take its "
      "changes over");
}

Result<void> ZoneFiles::write_now(const ZonePlace& place, const KeptZone& zone) {
  delays_.erase(place);
  if (zone.content() == nullptr || zone.config->file.empty()) return {};
  // An older version that is still being written must not take the place of this one.
  if (writing_.erase(place) != 0) {
    writer_.finish();
    if (const auto stamp = os::file_stamp(path_of(*zone.config, zones_.directory())))
      zones_.note_file(place, *stamp, nullptr);
  }
  if (auto allowed = may_write(zone); !allowed) return allowed;
  const auto written = write_zone_file(*zone.content(), zone_file(*zone.config, zones_.directory()));
  if (!written) return std::unexpected(written.error());
  zones_.note_file(place, *written, zone.served->shared_content());
  behind_.erase(place);
  zones_.prune_history(place, zone.served->shared_content());
  return {};
}

void ZoneFiles::write_in_background(const ZonePlace& place) {
  delays_.erase(place);
  const KeptZone* const zone = zones_.at(place);
  if (zone == nullptr || zone->content() == nullptr) return;
  const std::string name = display_name(*zone->config, place.view);
  if (auto allowed = may_write(*zone); !allowed) {
    log_zone(LogSeverity::kError, name, allowed.error().text);
    return;
  }
  writing_.insert(place);
  writer_.write(
      zone->served->shared_content(), zone_file(*zone->config, zones_.directory()),
      [this, place, name, content = zone->served->shared_content()](const Result<os::FileStamp>& written) {
        if (written) {
          zones_.note_file(place, *written, content);
          const KeptZone* const now = zones_.at(place);
          if (now != nullptr && now->content() == content.get()) behind_.erase(place);
          zones_.prune_history(place, content);
        } else {
          log_zone(LogSeverity::kError, name, "its file cannot be written: " + written.error().text);
        }
      });
}

void ZoneFiles::changed(const ZonePlace& place, const KeptZone& zone) {
  if (!zone.config->is_written() || zone.config->file.empty()) return;
  behind_.insert(place);
  if (delays_.contains(place)) return;
  delays_.emplace(place, std::make_unique<Delay>(loop_, [this, place] { write_in_background(place); }));
}

void ZoneFiles::removed(const ZonePlace& place) {
  delays_.erase(place);
  behind_.erase(place);
}

CommandResult ZoneFiles::sync(const std::optional<ZonePlace>& place, bool clean) {
  std::string problems;
  const auto write = [&](const ZonePlace& at, const KeptZone& zone) {
    if (auto written = write_now(at, zone); !written) {
      problems += (problems.empty() ? "" : "\n") + written.error().text;
    } else if (clean && !zone.config->file.empty()) {
      ::unlink(journal_path(*zone.config, zones_.directory()).c_str());
    }
  };
  if (place) {
    write(*place, *zones_.at(*place));
  } else {
    std::vector<ZonePlace> places;
    zones_.for_each([&](const ZonePlace& at, const KeptZone& zone) {
      if (zone.config->is_written()) places.push_back(at);
    });
    for (const ZonePlace& at : places) write(at, *zones_.at(at));
  }
  if (!problems.empty()) return {ResultCode::kFailure, problems};
  return CommandResult::success();
}

// ---- editing by hand

CommandResult ZoneFiles::freeze(const std::optional<ZonePlace>& place) {
  if (!place) {
    std::vector<ZonePlace> places;
    zones_.for_each([&](const ZonePlace& at, const KeptZone& zone) {
      if (zone.config->is_dynamic() && !zone.frozen) places.push_back(at);
    });
    CommandResult all = CommandResult::success();
    for (const ZonePlace& at : places) {
      CommandResult one = freeze(at);
      if (one.code != ResultCode::kSuccess) all = std::move(one);
    }
    return all;
  }
  const KeptZone& zone = *zones_.at(*place);
  if (!zone.config->is_dynamic()) return {ResultCode::kNotDynamic, {}};
  if (zone.frozen)
    return {ResultCode::kSuccess,
            "WARNING: The zone was already frozen.\nSomeone else may be editing it or it may still be "
            "re-loading."};
  if (auto allowed = may_write(zone); !allowed) {
    // The file is edited already: it is only kept from being lost.
    zones_.set_frozen(*place, true);
    return {ResultCode::kFailure, allowed.error().text};
  }
  zones_.set_frozen(*place, true);
  // A version that is on its way to the disk still comes into the file, after the answer to this command.
  const auto written = std::make_shared<Result<void>>();
  updates_.when_idle(*place, [this, at = *place, written] {
    if (const KeptZone* const now = zones_.at(at)) *written = write_now(at, *now);
  });
  if (!*written) return {ResultCode::kFailure, "Flushing the zone updates to disk failed."};
  log(LogCategory::kGeneral, LogSeverity::kInfo, "server", "freezing zone '{}': success",
      display_name(*zone.config, place->view));
  return CommandResult::success();
}

CommandResult ZoneFiles::thaw(const std::optional<ZonePlace>& place) {
  if (!place) {
    std::vector<ZonePlace> places;
    zones_.for_each([&](const ZonePlace& at, const KeptZone& zone) {
      if (zone.frozen) places.push_back(at);
    });
    for (const ZonePlace& at : places) zones_.read_frozen(at);
    return CommandResult::success();
  }
  const KeptZone& zone = *zones_.at(*place);
  if (!zone.config->is_dynamic()) return {ResultCode::kNotDynamic, {}};
  if (!zone.frozen) return CommandResult::success();
  zones_.read_frozen(*place);
  return CommandResult::success("A zone reload and thaw was started.\nCheck the logs to see the result.");
}

void ZoneFiles::thawed(const ZonePlace& place, const KeptZone& zone, const LoadOutcome& outcome) {
  const std::string name = display_name(*zone.config, place.view);
  const zone::LoadResult& result = outcome.result;
  if (!result.diagnostics.empty() || result.content == nullptr)
    log_findings(outcome, name, zones_.directory());
  if (result.content == nullptr) {
    log_zone(LogSeverity::kError, name, "stays frozen: its file has errors");
    return;
  }
  if (result.changed) return publish_file_version(place, zone, outcome);
  zones_.set_frozen(place, false);
  log_zone(LogSeverity::kInfo, name, "thawed: its file says what is served");
}

void ZoneFiles::publish_file_version(const ZonePlace& place, const KeptZone& zone,
                                     const LoadOutcome& outcome) {
  const std::string name = display_name(*zone.config, place.view);
  const zone::ContentPtr& served = zone.served->shared_content();
  const auto id = log_.id_of(place);
  auto made = edited_version(served, outcome.result.content, outcome.result.change,
                             update_settings(*zone.config, nullptr).serial_method, os::unix_time_s());
  if (!made || !id) {
    log_zone(LogSeverity::kError, name,
             "stays frozen: " + (made ? std::string("its versions are not logged") : made.error().text));
    return;
  }
  zone::Change change = *made->change;
  renew_zonemd(*served, made->content, change, ZonemdCost::kAny, name);
  const zone::VersionStep step{served->serial(), made->content->serial(),
                               std::make_shared<const zone::Change>(std::move(change))};
  if (made->serial_raised)
    log_zone(LogSeverity::kNotice, name,
             fmt::format("the file was changed but not its serial, which is {} now", step.to.value));
  std::vector<store::Version> versions;
  versions.push_back({*id,
                      step.from,
                      step.to,
                      os::unix_time_us(),
                      {store::ActorKind::kFile, zone.config->file},
                      *step.change});
  log_.append(std::move(versions),
              [this, place, name, step, content = made->content,
               is_file = made->content == outcome.result.content](const Result<void>& result) {
                if (!result)
                  return log_zone(LogSeverity::kError, name, "stays frozen: " + result.error().text);
                zones_.take_version(place, content, {step});
                zones_.publish();
                zones_.set_frozen(place, false);
                log_zone(LogSeverity::kInfo, name, fmt::format("thawed with serial {}", step.to.value));
                // What the log goes on from is not what the file says under its serial.
                if (!is_file) write_in_background(place);
              });
}

}  // namespace nomen::server
