#include "server/added_zones.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "base/os/file.h"
#include "config/one_zone.h"
#include "server/zone_log.h"

namespace nomen::server {

namespace {

using control::CommandResult;
using control::ResultCode;
using control::ZoneSelector;

CommandResult failed(ResultCode code, std::string text = {}) {
  return {code, std::move(text)};
}

template <class... Args>
void say_of_zone(fmt::format_string<Args...> format, Args&&... args) {
  log(LogCategory::kGeneral, LogSeverity::kInfo, "server", format, std::forward<Args>(args)...);
}

/// The view that is named, or the one there is without views; with the reason when it takes no zones.
const config::View* view_for(const config::Config& config, const ZoneSelector& selector,
                             CommandResult& problem) {
  const std::string wanted = selector.view.value_or("_default");
  const auto rr_class = selector.rr_class.value_or(dns::RRClass::kIn);
  const auto view =
      std::find_if(config.views.begin(), config.views.end(), [&](const config::View& candidate) {
        return candidate.name == wanted && candidate.rr_class == rr_class;
      });
  if (view == config.views.end()) {
    problem = failed(ResultCode::kNotFound, "no matching view found for '" + wanted + "'");
    return nullptr;
  }
  if (!view->options.allow_new_zones) {
    problem = failed(ResultCode::kNoPermission, "Not allowing new zones in view '" + wanted + "'");
    return nullptr;
  }
  return &*view;
}

config::JudgedZone judge(const config::Config& config, const config::View& view, const ZoneSelector& selector,
                         std::string_view statement) {
  std::string text = "zone \"" + dns::to_string_no_dot(selector.name) + "\"";
  if (selector.rr_class) text += " " + dns::to_string(*selector.rr_class);
  return config::judge_zone(config, view, text + " " + std::string(statement));
}

std::string reasons(const config::JudgedZone& judged) {
  std::string text;
  for (const Diagnostic& diagnostic : judged.diagnostics) {
    if (diagnostic.severity == Severity::kError) text += (text.empty() ? "" : "\n") + diagnostic.text;
  }
  return text;
}

/// What is wrong with a statement, or success.
CommandResult verdict(const config::JudgedZone& judged, std::string_view command) {
  for (const Diagnostic& diagnostic : judged.diagnostics)
    log(LogCategory::kConfig,
        diagnostic.severity == Severity::kError ? LogSeverity::kError : LogSeverity::kWarning, "config",
        "{}: {}", command, diagnostic.text);
  if (!judged.understood) return failed(ResultCode::kUnexpectedToken, reasons(judged));
  if (judged.type == config::ZoneType::kHint || judged.type == config::ZoneType::kForward ||
      judged.type == config::ZoneType::kInView || judged.type == config::ZoneType::kDelegationOnly) {
    return failed(ResultCode::kFailure,
                  fmt::format("'{}' zones not supported by {}", config::to_string(judged.type), command));
  }
  if (judged.zone != nullptr) return CommandResult::success();
  return failed(ResultCode::kFailure, "configure_zone failed: failure\n" + reasons(judged));
}

/// `catalog-zone` names a zone of the view whose members the server lists; empty, or what is wrong.
std::string catalog_problem(const config::Zone& zone, const ZoneKeeper& zones, const config::View& view) {
  const bool is_listed = zone.type == config::ZoneType::kPrimary || zone.type == config::ZoneType::kSecondary;
  const std::string& wanted = zone.options->catalog_zone;
  const auto name = dns::Name::parse(wanted);
  if (!is_listed || wanted.empty() || !name || name->view() == zone.name()) return {};
  ZoneKeeper::Reload why = ZoneKeeper::Reload::kNotFound;
  const KeptZone* const catalog = zones.find(*name, view.rr_class, view.name, why);
  if (catalog != nullptr && catalog->config->generates_catalog) return {};
  return fmt::format("'catalog-zone \"{}\"' is no zone of view '{}' with 'catalog-generate yes'", wanted,
                     view.name);
}

void remove_files(const config::Zone& zone, const std::string& directory) {
  if (zone.file.empty()) return;
  const std::string path = path_of(zone, directory);
  for (const std::string& file : {path, path + ".jnl"}) {
    if (::unlink(file.c_str()) != 0)
      say_of_zone("file {} not removed: {}", file, os::system_error_text(errno));
  }
}

}  // namespace

AddedZonesFile& AddedZones::file_of(const config::View& view) {
  const auto known = files_.find(view.name);
  if (known != files_.end()) return known->second;
  return files_
      .emplace(view.name, AddedZonesFile(added_zones_path(view.options.new_zones_directory, view.name)))
      .first->second;
}

CommandResult AddedZones::add(const config::Config& config, ZoneKeeper& zones, const ZoneSelector& selector,
                              std::string_view statement) {
  CommandResult problem;
  const config::View* view = view_for(config, selector, problem);
  if (view == nullptr) return problem;
  const config::JudgedZone judged = judge(config, *view, selector, statement);
  if (!judged.understood) return verdict(judged, "addzone");
  ZoneKeeper::Reload why = ZoneKeeper::Reload::kNotFound;
  if (zones.find(selector.name, view->rr_class, view->name, why) != nullptr)
    return failed(ResultCode::kExists);
  if (CommandResult bad = verdict(judged, "addzone"); bad.code != ResultCode::kSuccess) return bad;
  if (std::string bad = catalog_problem(*judged.zone, zones, *view); !bad.empty())
    return failed(ResultCode::kFailure, std::move(bad));
  // What comes from primaries, and what the server makes itself, need not be there yet.
  const bool wants_file = !judged.zone->is_copy() && !judged.zone->generates_catalog;
  const std::string path = path_of(*judged.zone, config.options.directory);
  if (wants_file && ::access(path.c_str(), R_OK) != 0) {
    return failed(errno == ENOENT ? ResultCode::kFileNotFound : ResultCode::kNoPermission,
                  "dns_zone_loadnew failed: " + os::system_error_text(errno));
  }
  if (const auto kept = file_of(*view).put(judged.zone->name(), judged.statement); !kept)
    return failed(ResultCode::kFailure, kept.error().text);
  zones.put(static_cast<size_t>(view - config.views.data()), {&judged.zone, 1});
  say_of_zone("added zone {} in view {} via addzone", dns::to_string_no_dot(judged.zone->name()), view->name);
  return CommandResult::success();
}

CommandResult AddedZones::modify(const config::Config& config, ZoneKeeper& zones,
                                 const ZoneSelector& selector, std::string_view statement) {
  CommandResult problem;
  const config::View* view = view_for(config, selector, problem);
  if (view == nullptr) return problem;
  const config::JudgedZone judged = judge(config, *view, selector, statement);
  if (!judged.understood) return verdict(judged, "modzone");
  ZoneKeeper::Reload why = ZoneKeeper::Reload::kNotFound;
  const KeptZone* known = zones.find(selector.name, view->rr_class, view->name, why);
  if (known == nullptr) return failed(ResultCode::kNotFound);
  if (CommandResult bad = verdict(judged, "modzone"); bad.code != ResultCode::kSuccess) return bad;
  if (std::string bad = catalog_problem(*judged.zone, zones, *view); !bad.empty())
    return failed(ResultCode::kFailure, std::move(bad));
  const std::string name = dns::to_string_no_dot(judged.zone->name());
  // BIND lets it be changed until the catalog has a word about it again.
  if (known->config->catalog != nullptr)
    return failed(ResultCode::kFailure,
                  "zone '" + name + "' is as the catalog '" + *known->config->catalog + "' says");
  config::ZonePtr zone = judged.zone;
  if (known->config->added) {
    if (const auto kept = file_of(*view).put(zone->name(), judged.statement); !kept)
      return failed(ResultCode::kFailure, kept.error().text);
  } else {
    config::Zone configured = *zone;
    configured.added = false;
    zone = std::make_shared<const config::Zone>(std::move(configured));
  }
  zones.put(static_cast<size_t>(view - config.views.data()), {&zone, 1});
  say_of_zone("updated zone {} in view {} via modzone", name, view->name);
  return CommandResult::success(zone->added ? "zone '" + name + "' reconfigured."
                                            : "zone '" + name +
                                                  "' must also be reconfigured in\n"
                                                  "named.conf to make changes permanent.");
}

CommandResult AddedZones::remove(const config::Config& config, ZoneKeeper& zones,
                                 const ZoneSelector& selector, bool clean) {
  ZoneKeeper::Reload why = ZoneKeeper::Reload::kNotFound;
  std::string view_name;
  const KeptZone* known = zones.find(selector.name, selector.rr_class.value_or(dns::RRClass::kIn),
                                     selector.view.value_or(""), why, &view_name);
  const auto view =
      std::find_if(config.views.begin(), config.views.end(), [&](const config::View& candidate) {
        return candidate.name == view_name && known != nullptr &&
               candidate.rr_class == known->config->rr_class;
      });
  if (known == nullptr || view == config.views.end()) {
    if (why == ZoneKeeper::Reload::kAmbiguous)
      return failed(ResultCode::kFailure, "zone '" + selector.name_text + "' was found in multiple views");
    return failed(ResultCode::kNotFound, "no matching zone '" + selector.name_text + "' in " +
                                             (selector.view ? "view '" + *selector.view + "'" : "any view"));
  }
  const config::ZonePtr zone = known->config;
  const std::string name = dns::to_string_no_dot(zone->name());
  if (zone->added) {
    if (const auto gone = file_of(*view).remove(zone->name()); !gone)
      return failed(ResultCode::kFailure, gone.error().text);
  }
  say_of_zone("deleting zone {} in view {} via delzone", name, view_name);
  zones.remove(static_cast<size_t>(view - config.views.begin()), {&zone, 1});
  if (clean) remove_files(*zone, config.options.directory);
  if (zone->catalog != nullptr) {
    if (clean || zone->file.empty())
      return CommandResult::success("zone '" + name + "'" + (clean ? " and associated files" : "") +
                                    " will be deleted.");
    return CommandResult::success("zone '" + name +
                                  "' will be deleted.\nThe following files were in use and may now be "
                                  "removed:\n" +
                                  zone->file);
  }
  if (!zone->added) {
    return CommandResult::success("zone '" + name +
                                  "' is no longer active and will be deleted.\n"
                                  "To keep it from returning when the server is restarted, it\n"
                                  "must also be removed from named.conf.");
  }
  return CommandResult::success(clean ? "zone '" + name + "' and associated files will be deleted." : "");
}

Result<std::string> AddedZones::statement(const config::Config& config, const config::Zone& zone,
                                          const std::string& view) {
  const auto at = std::find_if(config.views.begin(), config.views.end(),
                               [&](const config::View& candidate) { return candidate.name == view; });
  if (at == config.views.end()) return failure("the view is not there");
  auto found = file_of(*at).statement(zone.name());
  if (!found) return std::unexpected(found.error());
  if (!*found) return failure("the zone is not in the file of added zones any more");
  return std::move(**found);
}

}  // namespace nomen::server
