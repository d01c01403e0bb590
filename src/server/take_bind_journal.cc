#include "server/take_bind_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "base/os/file.h"
#include "store/bind_journal.h"

namespace nomen::server {

namespace {

Error unreadable(const std::string& path, const std::string& why) {
  return Error{
      fmt::format("BIND's journal '{}' cannot be taken over: {}; run 'rndc sync -clean' in BIND, or move the "
                  "journal away if it is not wanted",
                  path, why)};
}

}  // namespace

Result<void> take_bind_journal(store::VersionStore& log, store::ZoneId zone, const std::string& path,
                               const zone::Content& from_file) {
  if (!os::file_stamp(path)) return {};
  const auto rows = log.list(zone, 1, std::nullopt);
  if (!rows) return std::unexpected(rows.error());
  if (!rows->empty()) return {};
  const auto file = os::read_file(path);
  if (!file) return std::unexpected(unreadable(path, file.error().text));
  auto steps = store::read_bind_journal(as_bytes(*file), from_file.apex(), from_file.rr_class());
  if (!steps) return std::unexpected(unreadable(path, steps.error().text));
  if (steps->empty()) return {};
  const dns::Serial serial = from_file.serial();
  const bool known = std::any_of(steps->begin(), steps->end(), [&](const zone::VersionStep& step) {
    return step.from == serial || step.to == serial;
  });
  if (!known)
    return std::unexpected(
        unreadable(path, fmt::format("it has the serials {} to {}, the file has {}",
                                     steps->front().from.value, steps->back().to.value, serial.value)));
  using std::chrono::microseconds;
  const auto now =
      std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
  std::vector<store::Version> versions;
  versions.reserve(steps->size());
  for (const zone::VersionStep& step : *steps)
    versions.push_back({zone,
                        step.from,
                        step.to,
                        now.count(),
                        {store::ActorKind::kServer, "journal of BIND"},
                        *step.change});
  const auto done = std::make_shared<std::promise<Result<void>>>();
  log.append(std::move(versions), [done](const Result<void>& result) { done->set_value(result); });
  return done->get_future().get();
}

}  // namespace nomen::server
