#include "server/update_desk.h"

#include <optional>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/os/clock.h"
#include "server/edited_version.h"
#include "server/renew_zonemd.h"
#include "server/update_lines.h"
#include "server/update_settings.h"
#include "server/zone_log.h"
#include "zone/content_writer.h"

namespace nomen::server {

namespace {

/// Who stands in the log: the key, or the address without its port.
store::Actor actor_of(const ForwardedUpdate& update) {
  if (update.requester.key) return {store::ActorKind::kUpdate, dns::to_string_no_dot(*update.requester.key)};
  return {store::ActorKind::kUpdate, update.reply.peer.address().to_string()};
}

}  // namespace

UpdateDesk::UpdateDesk(net::EventLoop& loop, ZoneKeeper& zones, VersionLog& log, UpdateInbox& inbox,
                       SendReplies send)
    : zones_(zones), log_(log), inbox_(inbox), send_(std::move(send)), daemons_(loop) {}

void UpdateCounts::add(dns::Rcode rcode) {
  switch (rcode) {
    case dns::Rcode::kNoError:
      completed++;
      return;
    case dns::Rcode::kRefused:
      rejected++;
      return;
    case dns::Rcode::kYxDomain:
    case dns::Rcode::kYxRrset:
    case dns::Rcode::kNxDomain:
    case dns::Rcode::kNxRrset:
      bad_prerequisites++;
      break;
    default:
      break;
  }
  failed++;
}

void UpdateDesk::work() {
  std::vector<ZonePlace> touched;
  while (committing_ == 0) {
    ForwardedUpdates updates = inbox_.take();
    if (updates.empty()) return;
    hand_out(std::move(updates), touched);
    for (const ZonePlace& place : touched) work(place, lines_[place]);
  }
}

/// To the lines of their zones, which are appended to `touched` in the order of their first updates.
void UpdateDesk::hand_out(ForwardedUpdates updates, std::vector<ZonePlace>& touched) {
  touched.clear();
  std::optional<ZonePlace> named;  // by the updates that came last; `place` has what they are about
  ZonePlace place;
  Line* line = nullptr;
  for (ForwardedUpdatePtr& update : updates) {
    if (!named || !(*named == update->place)) {
      named = update->place;
      place = zones_.owner_of(*named);
      line = nullptr;
    }
    if (waits_for_daemons(place, update)) continue;
    if (line == nullptr) line = &lines_[place];
    if (line->waiting.empty()) touched.push_back(place);
    line->waiting.push_back(std::move(update));
  }
}

/// Whether external rules are about the update: then it is gone from here, and comes back into the inbox with
/// what their daemons have granted.
bool UpdateDesk::waits_for_daemons(const ZonePlace& place, ForwardedUpdatePtr& update) {
  if (update->daemons_asked) return false;
  const KeptZone* const zone = zones_.at(place);
  if (zone == nullptr || zone->content() == nullptr || zone->config->update_policy == nullptr) return false;
  const update::UpdatePolicy& policy = *settings_of(place, *zone).policy;
  auto questions = policy.external_questions(update->requester, update->request, *zone->content());
  if (questions.empty()) return false;
  const std::string key = update->key != nullptr ? external_key_text(*update->key) : "";
  std::vector<ExternalPolicy::Question> asked;
  asked.reserve(questions.size());
  for (const update::ExternalQuestion& question : questions) {
    asked.push_back({external_socket(policy.rules()[question.rule].identity),
                     external_question(update->requester, question.name, question.type, key)});
  }
  update->daemons_asked = true;
  // std::function wants to be copied.
  auto held = std::make_shared<ForwardedUpdatePtr>(std::move(update));
  auto done = [this, held, questions, place, config = zone->config](const std::vector<bool>& granted) {
    const KeptZone* const now = zones_.at(place);
    const bool same_policy = now != nullptr && now->config == config;
    for (size_t i = 0; same_policy && i < questions.size(); i++) {
      if (granted[i]) (*held)->requester.granted.push_back(questions[i]);
    }
    ForwardedUpdates back;
    back.push_back(std::move(*held));
    inbox_.put(back);
    if (!back.empty()) refuse(std::move(back), dns::Rcode::kServFail, "too many of them wait");
  };
  const bool is_asking = daemons_.ask(std::move(asked), std::move(done));
  if (!is_asking) update = std::move(*held);  // nothing is granted then
  return is_asking;
}

/// Makes a version of all that wait, unless one is on its way to the disk.
void UpdateDesk::work(const ZonePlace& place, Line& line) {
  if (line.committing) return;
  for (auto& call : std::exchange(line.idle_calls, {})) call();
  while (!line.edits.empty()) {
    Edit edit = std::move(line.edits.front());
    line.edits.pop_front();
    auto made = make_edit(place, edit);
    if (made) return commit(place, line, std::move(*made));
    edit.done(std::unexpected(made.error()));
  }
  if (line.waiting.empty()) {
    lines_.erase(place);
    return;
  }
  ForwardedUpdates updates = std::exchange(line.waiting, {});
  const KeptZone* const zone = zones_.at(place);
  const auto id = log_.id_of(place);
  if (zone == nullptr) return refuse(std::move(updates), dns::Rcode::kNotAuth, "not authoritative");
  if (zone->content() == nullptr || zone->in_flight || !id || !zone->config->is_dynamic())
    return refuse(std::move(updates), dns::Rcode::kServFail, "the zone is not ready");
  if (zone->frozen)
    return refuse(std::move(updates), dns::Rcode::kRefused, "dynamic update is suspended (frozen)");
  Made made = make(place, *zone, *id, std::move(updates));
  if (made.versions.empty()) {
    reply(std::move(made.updates));
    return;
  }
  commit(place, line, std::move(made));
}

void UpdateDesk::edit(const ZonePlace& place, Edit edit) {
  Line& line = lines_[place];
  line.edits.push_back(std::move(edit));
  work(place, line);
}

Result<UpdateDesk::Made> UpdateDesk::make_edit(const ZonePlace& place, Edit& edit) {
  const KeptZone* const zone = zones_.at(place);
  const auto id = log_.id_of(place);
  if (zone == nullptr || zone->content() == nullptr || !id) return failure("the zone is not ready");
  if (zone->frozen) return failure("the zone is frozen");
  const zone::ContentPtr& served = zone->served->shared_content();
  auto change = edit.make(*served);
  if (!change) return std::unexpected(change.error());
  if (change->empty()) return failure("there is nothing to change");
  zone::ContentWriter writer(*served, zone::kNoLimits);
  if (auto applied = writer.apply(*change); !applied) return std::unexpected(applied.error());
  Diagnostics diagnostics;
  auto version = edited_version(served, writer.finish(diagnostics),
                                std::make_shared<const zone::Change>(std::move(*change)),
                                settings_of(place, *zone).update.serial_method, os::unix_time_s());
  if (!version) return std::unexpected(version.error());
  zone::Change step = *version->change;
  renew_zonemd(*served, version->content, step, ZonemdCost::kAny, display_name(*zone->config, place.view));
  Made made;
  const dns::Serial from = served->serial();
  const dns::Serial to = version->content->serial();
  made.content = std::move(version->content);
  made.versions.push_back({*id, from, to, os::unix_time_us(), edit.actor, step});
  made.steps.push_back({from, to, std::make_shared<const zone::Change>(std::move(step))});
  made.edited = std::move(edit.done);
  return made;
}

UpdateDesk::Made UpdateDesk::make(const ZonePlace& place, const KeptZone& zone, store::ZoneId id,
                                  ForwardedUpdates updates) {
  const Settings& settings = settings_of(place, zone);
  const std::string name = display_name(*zone.config, place.view);
  UpdateLines lines(name);
  update::UpdateNotes notes;
  Made made;
  made.content = zone.served->shared_content();
  for (size_t first = 0; first < updates.size();) {
    update::UpdateBatch batch(made.content, settings.update, os::unix_time_s());
    size_t at = first;
    for (; at < updates.size() && has_same_client(*updates[first], *updates[at]); at++) {
      ForwardedUpdate& update = *updates[at];
      notes.clear();
      const update::UpdateOutcome outcome =
          batch.add(update.request, update.requester, lines.are_wanted() ? &notes : nullptr);
      if (!notes.empty() || outcome.rcode != dns::Rcode::kNoError) lines.write(update, notes, outcome);
      update.reply.set_rcode(outcome.rcode);
    }
    const store::Actor actor = actor_of(*updates[first]);
    first = at;
    update::UpdateBatch::Result result = batch.finish();
    if (result.content == made.content) continue;
    renew_zonemd(*made.content, result.content, result.change, ZonemdCost::kSmall, name);
    const dns::Serial from = made.content->serial();
    const dns::Serial to = result.content->serial();
    made.content = std::move(result.content);
    made.steps.push_back({from, to, std::make_shared<const zone::Change>(result.change)});
    made.versions.push_back({id, from, to, os::unix_time_us(), actor, std::move(result.change)});
  }
  made.updates = std::move(updates);
  return made;
}

void UpdateDesk::commit(const ZonePlace& place, Line& line, Made made) {
  line.committing = true;
  committing_++;
  std::vector<store::Version> versions = std::move(made.versions);
  // std::function wants to be copied.
  auto shared = std::make_shared<Made>(std::move(made));
  log_.append(std::move(versions),
              [this, place, shared](const Result<void>& result) { committed(place, *shared, result); });
}

void UpdateDesk::committed(const ZonePlace& place, Made& made, const Result<void>& result) {
  if (result) {
    const dns::Serial serial = made.content->serial();
    zones_.take_version(place, std::move(made.content), std::move(made.steps));
    zones_.publish();
    if (made.edited) made.edited(serial);
  } else {
    log(LogCategory::kUpdate, LogSeverity::kError, "update", "updates are lost: {}", result.error().text);
    for (const ForwardedUpdatePtr& update : made.updates) {
      if ((update->reply.message[3] & 0x0f) == 0) update->reply.set_rcode(dns::Rcode::kServFail);
    }
  }
  if (!result && made.edited) made.edited(std::unexpected(result.error()));
  reply(std::move(made.updates));
  // A worker on this core sends the replies first, and takes what comes upon them: the next version has more
  // updates, and costs the same.
  std::this_thread::yield();
  committing_--;
  if (const auto line = lines_.find(place); line != lines_.end()) {
    line->second.committing = false;
    work(place, line->second);
  }
  work();
}

const UpdateDesk::Settings& UpdateDesk::settings_of(const ZonePlace& place, const KeptZone& zone) {
  Settings& settings = settings_[place];
  if (settings.zone == zone.config) return settings;
  settings.zone = zone.config;
  settings.policy = update_policy(*zone.config);
  settings.update = update_settings(*zone.config, settings.policy.get());
  return settings;
}

void UpdateDesk::refuse(ForwardedUpdates updates, dns::Rcode rcode, std::string_view why) {
  for (const ForwardedUpdatePtr& update : updates) {
    log_update_failure(*update, why);
    update->reply.set_rcode(rcode);
  }
  reply(std::move(updates));
}

void UpdateDesk::reply(ForwardedUpdates updates) {
  for (const ForwardedUpdatePtr& update : updates) counts_.add(update->reply.rcode());
  send_(std::move(updates));
}

void UpdateDesk::when_idle(const ZonePlace& place, std::function<void()> then) {
  const auto line = lines_.find(place);
  if (line == lines_.end() || !line->second.committing) return then();
  line->second.idle_calls.push_back(std::move(then));
}

}  // namespace nomen::server
