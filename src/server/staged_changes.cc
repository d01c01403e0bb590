#include "server/staged_changes.h"

#include <fmt/format.h>

#include <memory>

#include "base/encoding.h"
#include "server/zone_checks.h"
#include "server/zone_log.h"
#include "store/change_encoding.h"
#include "zone/check.h"
#include "zone/content_writer.h"

namespace nomen::server {

using control::CommandResult;
using control::ResultCode;

namespace {

/// Who has a key may stage: a few people at once, and no more memory than a large change takes.
constexpr size_t kMostStaged = 16;
constexpr size_t kMostBytes = size_t{512} << 20;
/// A client that is gone leaves nothing behind for long.
constexpr auto kKeptFor = std::chrono::minutes(2);
constexpr size_t kMostIdBytes = 64;

Result<void> all_within(const zone::RecordList& list, dns::NameView apex) {
  for (const auto& entry : list.entries()) {
    if (!list.owner(entry).is_at_or_below(apex))
      return failure("'" + dns::to_string(list.owner(entry)) + "' is not in the zone");
  }
  return {};
}

/// What the version would be is looked at as the file of a zone is when it is loaded.
Result<void> check_result(const zone::Content& served, const zone::Change& change, const config::Zone& zone) {
  const config::ZoneOptions& options = *zone.options;
  zone::ContentWriter writer(served,
                             {options.max_records, options.max_records_per_type, options.max_types_per_name});
  if (auto applied = writer.apply(change); !applied) return applied;
  Diagnostics findings;
  const zone::ContentPtr result = writer.finish(findings);
  for (const Diagnostic& finding : findings) {
    if (finding.severity == Severity::kError) return failure(finding.text);
  }
  const zone::CheckResult checked = zone::check_content(*result, check_options(zone));
  if (checked.usable) return {};
  for (const Diagnostic& finding : checked.diagnostics) {
    if (finding.severity == Severity::kError) return failure(finding.text);
  }
  return failure("what it would make is no zone");
}

/// The change, if it was made for what is served.
Result<zone::Change> change_for(const zone::Content& served, const zone::Change& change, dns::Serial from,
                                const config::Zone& zone) {
  if (!(served.serial() == from))
    return failure(fmt::format("the zone has moved on: its serial is {}, and the change was made for {}",
                               served.serial().value, from.value));
  for (const zone::RecordList* list : {&change.removed, &change.added}) {
    if (auto within = all_within(*list, served.apex()); !within) return std::unexpected(within.error());
  }
  if (auto checked = check_result(served, change, zone); !checked) return std::unexpected(checked.error());
  return change;
}

}  // namespace

void StagedChanges::forget_old() {
  const auto now = Clock::now();
  std::erase_if(staged_, [&](const auto& entry) {
    const Staged& staged = entry.second;
    return now - staged.touched > kKeptFor && (!staged.is_applied || staged.outcome);
  });
}

size_t StagedChanges::bytes() const {
  size_t bytes = 0;
  for (const auto& [id, staged] : staged_) bytes += staged.bytes.size();
  return bytes;
}

CommandResult StagedChanges::stage(std::string_view key, std::string_view id, uint64_t at,
                                   std::string_view base64) {
  forget_old();
  const auto piece = base64_decode(base64);
  if (!piece || id.size() > kMostIdBytes) return {ResultCode::kSyntax, {}};
  const Id name{key, id};
  if (at == 0 && !staged_.contains(name) && staged_.size() >= kMostStaged)
    return {ResultCode::kFailure, "too many changes are staged already"};
  if (bytes() + piece->size() > kMostBytes) return {ResultCode::kFailure, "too much is staged already"};
  if (at == 0) staged_.try_emplace(name);
  const auto staged = staged_.find(name);
  if (staged == staged_.end() || staged->second.is_applied || staged->second.bytes.size() != at)
    return {ResultCode::kFailure, "this is not the next piece of the change"};
  staged->second.touched = Clock::now();
  staged->second.bytes.insert(staged->second.bytes.end(), piece->begin(), piece->end());
  return CommandResult::success();
}

CommandResult StagedChanges::apply(const ZonePlace& place, std::string_view key, std::string_view id,
                                   dns::Serial from) {
  const auto staged = staged_.find({std::string(key), std::string(id)});
  if (staged == staged_.end() || staged->second.is_applied)
    return {ResultCode::kFailure, "no such change is staged"};
  const KeptZone& zone = *zones_.at(place);
  if (!zone.config->is_dynamic())
    return {ResultCode::kNotDynamic,
            "the zone follows its file: put the file in its place and reload the zone, or let it take "
            "updates "
            "(allow-update or update-policy)"};
  auto change = store::decode_change(staged->second.bytes, zone.config->rr_class);
  if (!change) return {ResultCode::kFailure, change.error().text};
  staged->second.is_applied = true;
  staged->second.touched = Clock::now();
  staged->second.bytes = {};
  const std::string name = display_name(*zone.config, place.view);
  const auto shared = std::make_shared<const zone::Change>(std::move(*change));
  updates_.edit(
      place,
      {.make = [shared, from, config = zone.config](
                   const zone::Content& served) { return change_for(served, *shared, from, *config); },
       .actor = {store::ActorKind::kControl, std::string(key)},
       .done = [this, own = staged->first, name](const Result<dns::Serial>& made) { end(own, name, made); }});
  return applied(key, id);
}

void StagedChanges::end(const Id& id, const std::string& zone, const Result<dns::Serial>& made) {
  log_zone(made ? LogSeverity::kInfo : LogSeverity::kError, zone,
           made ? fmt::format("changed by key '{}': serial {}", id.first, made->value)
                : fmt::format("not changed by key '{}': {}", id.first, made.error().text));
  const auto staged = staged_.find(id);
  if (staged == staged_.end()) return;
  staged->second.outcome = made;
  staged->second.touched = Clock::now();
}

CommandResult StagedChanges::applied(std::string_view key, std::string_view id) {
  const auto staged = staged_.find({std::string(key), std::string(id)});
  if (staged == staged_.end() || !staged->second.is_applied)
    return {ResultCode::kFailure, "no such change was applied"};
  const auto& outcome = staged->second.outcome;
  if (!outcome) return CommandResult::success("pending");
  if (!*outcome) return {ResultCode::kFailure, outcome->error().text};
  return CommandResult::success(fmt::format("serial {}", (*outcome)->value));
}

}  // namespace nomen::server
