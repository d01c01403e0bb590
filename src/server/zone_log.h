// The log lines about one zone, in BIND's words: operators and scripts look for them.
// Thread rule: free functions, any thread.
#pragma once
#include <string>

#include "base/log.h"
#include "config/model.h"
#include "server/loader.h"

namespace nomen::server {

/// "example.com/IN", with "/view" behind it where views have names.
std::string display_name(const config::Zone& zone, const std::string& view);

/// "zone NAME: TEXT"
void log_zone(LogSeverity severity, const std::string& name, const std::string& text);
/// "zone NAME: loaded serial N"
void log_loaded(const config::Zone& zone, const std::string& view, const zone::Content& content);
void log_removed(const config::Zone& zone, const std::string& view);
/// A new content whose serial does not say that it is new will not reach the secondaries.
void log_serial(const std::string& name, uint32_t before, uint32_t now);
/// What a load that failed, or that only has warnings, has to say; the zone's file is in `directory`.
void log_findings(const LoadOutcome& outcome, const std::string& name, const std::string& directory);

}  // namespace nomen::server
