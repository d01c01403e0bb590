// What can be asked of a running server, one function an operation. The control channel turns command lines
// into these calls (commands.h); server/ implements them; the HTTP API will call them too.
// Thread rule: called from the one thread that the control channel lives in. An operation that takes long
// (loading zones) is begun, not waited for; what it comes to is in the log and in status.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/result_code.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::control {

struct CommandResult {
  ResultCode code = ResultCode::kSuccess;
  std::string text;  ///< for the person who asked; lines without a final line end; may be empty

  static CommandResult success(std::string text = {}) { return {ResultCode::kSuccess, std::move(text)}; }
};

/// ZONE [CLASS [VIEW]] of a command line. Without a view the zone must be in one view only.
struct ZoneSelector {
  dns::Name name;
  std::string name_text;  ///< as typed, for messages: "no matching zone 'x.example' in any view"
  std::optional<dns::RRClass> rr_class;
  std::optional<std::string> view;
};

class Operations {
 public:
  virtual ~Operations() = default;

  virtual CommandResult status() = 0;
  /// Configuration and all zones: "server reload successful", or what is wrong and the old one serves on.
  virtual CommandResult reload_all() = 0;
  /// BIND's texts: "zone reload up-to-date", "zone reload queued" and the like.
  virtual CommandResult reload_zone(const ZoneSelector& zone) = 0;
  /// Configuration, and new zones only.
  virtual CommandResult reconfig() = 0;
  /// Asks for the end and returns: the reply still has to leave. BIND's two words differ in whether changes
  /// are written to the zones' files first.
  virtual CommandResult stop() = 0;
  virtual CommandResult halt() = 0;
  virtual int process_id() const = 0;
  virtual CommandResult zone_status(const ZoneSelector& zone) = 0;
  /// No value: the other way round than now. Logs "query logging is now on" (or off).
  virtual CommandResult query_log(std::optional<bool> on) = 0;
  /// No value: one more than now. Logs "debug level is now 3".
  virtual CommandResult trace(std::optional<int> level) = 0;
  virtual CommandResult show_zone(const ZoneSelector& zone) = 0;
  /// `statement` is what stands behind the zone's name in a configuration: "{ type primary; ... };".
  virtual CommandResult add_zone(const ZoneSelector& zone, std::string_view statement) = 0;
  virtual CommandResult modify_zone(const ZoneSelector& zone, std::string_view statement) = 0;
  /// With `clean` the zone's files go, too.
  virtual CommandResult delete_zone(const ZoneSelector& zone, bool clean) = 0;
  /// Of one zone, or of all that take updates. freeze: no more updates, and the zone's file says what is
  /// served, so that it may be edited; thaw: reads the file again and takes updates; sync: writes the file.
  virtual CommandResult freeze(const std::optional<ZoneSelector>& zone) = 0;
  virtual CommandResult thaw(const std::optional<ZoneSelector>& zone) = 0;
  /// With `clean` a journal that BIND has left beside the file goes, too.
  virtual CommandResult sync(const std::optional<ZoneSelector>& zone, bool clean) = 0;
  /// Makes a new version of a zone that says what the version `serial` said.
  virtual CommandResult rollback(const ZoneSelector& zone, dns::Serial serial) = 0;
  /// A change that a client has worked out comes in pieces, as one message does not hold it: each in base64,
  /// at its place in the whole. `id` is the client's name for it, and `key` the key that the client has.
  virtual CommandResult stage(std::string_view key, std::string_view id, uint64_t at,
                              std::string_view base64) = 0;
  /// Makes the next version of a zone by what was staged, if `from` is still its serial.
  virtual CommandResult apply(const ZoneSelector& zone, std::string_view key, std::string_view id,
                              dns::Serial from) = 0;
  /// What became of it: "pending", "serial 7", or why not.
  virtual CommandResult applied(std::string_view key, std::string_view id) = 0;
  /// Asks a secondary zone's primaries for news: "zone refresh queued".
  virtual CommandResult refresh(const ZoneSelector& zone) = 0;
  /// Sends NOTIFY to all who are told of the zone: "zone notify queued".
  virtual CommandResult notify(const ZoneSelector& zone) = 0;
  /// Takes a secondary zone anew, whatever its serial.
  virtual CommandResult retransfer(const ZoneSelector& zone) = 0;
  /// Looks for network interfaces that came or went.
  virtual CommandResult scan() = 0;
  /// Appends what was counted to the statistics file.
  virtual CommandResult write_statistics() = 0;
};

}  // namespace nomen::control
