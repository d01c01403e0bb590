// Changes that clients of the control channel hand over in pieces and then have made: `nomen zone apply` and
// `edit` work a change out beside the server, and the server makes it if the zone is still what it was worked
// out for. Nothing is read from files that a client names. Thread rule: the main thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/operations.h"
#include "server/update_desk.h"
#include "server/zone_keeper.h"

namespace nomen::server {

class StagedChanges {
 public:
  /// Both outlive it.
  StagedChanges(ZoneKeeper& zones, UpdateDesk& updates) : zones_(zones), updates_(updates) {}

  /// The pieces of one change come in order.
  control::CommandResult stage(std::string_view key, std::string_view id, uint64_t at,
                               std::string_view base64);
  /// Hands the change to the desk; what comes of it, applied() tells.
  control::CommandResult apply(const ZonePlace& place, std::string_view key, std::string_view id,
                               dns::Serial from);
  control::CommandResult applied(std::string_view key, std::string_view id);

 private:
  using Clock = std::chrono::steady_clock;
  using Id = std::pair<std::string, std::string>;  ///< the key's name, and the client's word
  struct Staged {
    std::vector<uint8_t> bytes;  ///< as store/change_encoding has it
    Clock::time_point touched;
    bool is_applied = false;
    std::optional<Result<dns::Serial>> outcome;
  };
  void forget_old();
  size_t bytes() const;
  void end(const Id& id, const std::string& zone, const Result<dns::Serial>& made);

  ZoneKeeper& zones_;
  UpdateDesk& updates_;
  std::map<Id, Staged> staged_;
};

}  // namespace nomen::server
