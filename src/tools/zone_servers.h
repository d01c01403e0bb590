// Which servers are to have a zone: those that a named.conf tells of (this server, also-notify, primaries),
// the zone's name servers, and those that are given by hand. Thread rule: free functions; names are looked up
// at this machine's resolver.
#pragma once
#include <string>
#include <vector>

#include "tools/zone_history.h"
#include "tools/zone_probe.h"

namespace nomen::tools {

/// Of the configuration; `content` is the zone, where its name servers stand. `ns_port`: where they listen.
std::vector<ZoneServer> configured_servers(const ZoneHistory& history, const zone::Content& content,
                                           uint16_t ns_port);

/// "ADDRESS[#PORT]"; signed with `key`, where there is one.
Result<ZoneServer> given_server(const std::string& text, const std::shared_ptr<const dns::TsigKey>& key);

/// "[ALGORITHM:]NAME:SECRET", as dig -y has it.
Result<std::shared_ptr<const dns::TsigKey>> parse_key(const std::string& text);

}  // namespace nomen::tools
