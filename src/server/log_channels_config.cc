#include "server/log_channels_config.h"

#include <syslog.h>

#include <algorithm>
#include <array>

namespace nomen::server {

namespace {

bool has_channel(const LogChannelsConfig& config, std::string_view name) {
  return std::any_of(config.channels.begin(), config.channels.end(),
                     [&](const LogChannelConfig& c) { return c.name == name; });
}

void add_channel(LogChannelsConfig& config, LogChannelConfig channel) {
  if (!has_channel(config, channel.name)) config.channels.push_back(std::move(channel));
}

void add_route(LogChannelsConfig& config, LogCategory category, std::vector<std::string> channels) {
  const bool routed = std::any_of(config.routes.begin(), config.routes.end(),
                                  [&](const LogRoute& r) { return r.category == category; });
  if (!routed) config.routes.push_back({category, std::move(channels)});
}

LogChannelConfig stderr_channel() {
  LogChannelConfig channel;
  channel.name = "default_stderr";
  channel.destination = LogDestination::kStderr;
  channel.print_time = LogTime::kLocal;
  return channel;
}

LogChannelConfig debug_channel() {
  LogChannelConfig channel;
  channel.name = "default_debug";
  channel.destination = LogDestination::kFile;
  channel.path = "named.run";
  channel.dynamic = true;
  channel.debug_only = true;
  channel.print_time = LogTime::kLocal;
  return channel;
}

}  // namespace

LogChannelsConfig with_default_channels(LogChannelsConfig statement) {
  LogChannelConfig to_syslog;
  to_syslog.name = "default_syslog";
  to_syslog.destination = LogDestination::kSyslog;
  to_syslog.syslog_facility = LOG_DAEMON;
  add_channel(statement, std::move(to_syslog));
  add_channel(statement, debug_channel());
  add_channel(statement, stderr_channel());
  LogChannelConfig nothing;
  nothing.name = "null";
  add_channel(statement, std::move(nothing));
  add_route(statement, LogCategory::kDefault, {"default_syslog", "default_debug"});
  add_route(statement, LogCategory::kUnmatched, {"null"});
  return statement;
}

LogChannelsConfig foreground_channels() {
  LogChannelsConfig config;
  config.channels.push_back(stderr_channel());
  config.channels[0].dynamic = true;
  config.routes.push_back({LogCategory::kDefault, {"default_stderr"}});
  return with_default_channels(std::move(config));
}

LogChannelsConfig file_channels(std::string path) {
  LogChannelConfig file;
  file.name = "default_logfile";
  file.destination = LogDestination::kFile;
  file.path = std::move(path);
  file.dynamic = true;
  file.print_time = LogTime::kLocal;
  file.print_category = true;
  file.print_severity = true;
  LogChannelsConfig config;
  config.channels.push_back(std::move(file));
  config.routes.push_back({LogCategory::kDefault, {"default_logfile", "default_debug"}});
  return with_default_channels(std::move(config));
}

int syslog_facility_number(std::string_view name) {
  struct Facility {
    std::string_view name;
    int number;
  };
  static constexpr std::array kFacilities = std::to_array<Facility>(
      {{"kern", LOG_KERN},     {"user", LOG_USER},     {"mail", LOG_MAIL},         {"daemon", LOG_DAEMON},
       {"auth", LOG_AUTH},     {"syslog", LOG_SYSLOG}, {"lpr", LOG_LPR},           {"news", LOG_NEWS},
       {"uucp", LOG_UUCP},     {"cron", LOG_CRON},     {"authpriv", LOG_AUTHPRIV}, {"ftp", LOG_FTP},
       {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2},     {"local3", LOG_LOCAL3},
       {"local4", LOG_LOCAL4}, {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},     {"local7", LOG_LOCAL7}});
  const auto found = std::find_if(kFacilities.begin(), kFacilities.end(),
                                  [&](const Facility& facility) { return facility.name == name; });
  return found == kFacilities.end() ? -1 : found->number;
}

}  // namespace nomen::server
