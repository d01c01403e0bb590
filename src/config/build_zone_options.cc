// What options and views set for all of their zones and a zone for itself.
#include <algorithm>
#include <unordered_map>

#include "config/settings.h"

namespace nomen::config {
namespace {

using ZoneSetter = void (*)(ZoneOptions&, const Setting&);

template <auto kMember>
void set_zone_flag(ZoneOptions& to, const Setting& setting) {
  to.*kMember = setting.is_on();
}
template <auto kMember>
void set_zone_number(ZoneOptions& to, const Setting& setting) {
  to.*kMember = setting.number();
}
void set_least_rate(ZoneOptions& to, const Setting& setting) {
  const Node& bytes = *setting.statement.value();
  to.min_transfer_rate_in_bytes = setting.number();
  to.min_transfer_rate_in_min = static_cast<uint32_t>(std::min<uint64_t>(bytes.next->number, UINT32_MAX));
}
template <auto kMember>
void set_matches(ZoneOptions& to, const Setting& setting) {
  to.*kMember = setting.match_list();
}
template <auto kMember>
void set_check(ZoneOptions& to, const Setting& setting) {
  to.*kMember = setting.check_mode(setting.statement.value());
}
template <auto kMember>
void set_source(ZoneOptions& to, const Setting& setting) {
  to.*kMember = setting.source();
}

void set_allow_transfer(ZoneOptions& to, const Setting& setting) {
  const Node* port = setting.statement.after("port");
  const Node* transport = setting.statement.after("transport");
  to.allow_transfer_port = port != nullptr ? static_cast<uint16_t>(port->number) : uint16_t{0};
  to.allow_transfer_transport = transport != nullptr ? lower_text(transport->text) : "";
  to.allow_transfer = setting.match_list();
}

// In options and views `check-names primary fail`, in a zone `check-names fail`.
void set_check_names(ZoneOptions& to, const Setting& setting) {
  const Node* first = setting.statement.value();
  const CheckMode mode = setting.check_mode(first->next != nullptr ? first->next : first);
  const bool is_for_all = first->next == nullptr;
  if (is_for_all || setting.says("primary") || setting.says("master")) to.check_names_primary = mode;
  if (is_for_all || setting.says("secondary") || setting.says("slave")) to.check_names_secondary = mode;
}

void set_notify(ZoneOptions& to, const Setting& setting) {
  if (setting.says("explicit")) {
    to.notify = NotifyMode::kExplicit;
  } else if (setting.says("primary-only") || setting.says("master-only")) {
    to.notify = NotifyMode::kPrimaryOnly;
  } else {
    to.notify = setting.is_on() ? NotifyMode::kYes : NotifyMode::kNo;
  }
}

// Judged where NOTIFY goes out.
void set_also_notify(ZoneOptions& to, const Setting& setting) {
  const Names::Muted muted(setting.names);
  to.also_notify = setting.names.remote_servers(setting.statement);
}

// catalog-zone "NAME"; or, for a zone that is not to be in the catalog of the others, none.
void set_catalog_zone(ZoneOptions& to, const Setting& setting) {
  const auto name = dns::Name::parse(setting.text());
  to.catalog_zone.clear();
  if (!name) {
    setting.names.error(setting.statement.position,
                        "catalog-zone '" + setting.text() + "': is not a valid name");
  } else if (!same_word(setting.text(), "none")) {
    to.catalog_zone = dns::to_string_no_dot(name->lowered());
  }
}

void set_statistics(ZoneOptions& to, const Setting& setting) {
  if (setting.says("full") || (setting.statement.value()->type == ValueType::kBoolean && setting.is_on())) {
    to.statistics = ZoneStatistics::kFull;
  } else {
    to.statistics = setting.says("terse") ? ZoneStatistics::kTerse : ZoneStatistics::kNone;
  }
}

void set_differences(ZoneOptions& to, const Setting& setting) {
  const bool is_flag = setting.statement.value()->type == ValueType::kBoolean;
  const bool all = is_flag && setting.is_on();
  to.ixfr_from_differences_primary = all || setting.says("primary") || setting.says("master");
  to.ixfr_from_differences_secondary = all || setting.says("secondary") || setting.says("slave");
}

template <auto kMember>
void set_unless_keyword(ZoneOptions& to, const Setting& setting) {
  (to.*kMember).reset();
  const Node& value = *setting.statement.value();
  if (value.type != ValueType::kKeyword) {
    to.*kMember =
        static_cast<typename std::remove_reference_t<decltype(to.*kMember)>::value_type>(value.number);
  }
}

void set_history_size(ZoneOptions& to, const Setting& setting) {
  set_unless_keyword<&ZoneOptions::zone_history_bytes>(to, setting);
  if (setting.says("unlimited")) to.zone_history_bytes = UINT64_MAX;
}

const std::unordered_map<std::string_view, ZoneSetter>& zone_setters() {
  using O = ZoneOptions;
  static const std::unordered_map<std::string_view, ZoneSetter> kSetters = {
      {"allow-query", set_matches<&O::allow_query>},
      {"allow-query-on", set_matches<&O::allow_query_on>},
      {"allow-transfer", set_allow_transfer},
      {"allow-notify", set_matches<&O::allow_notify>},
      {"allow-update", set_matches<&O::allow_update>},
      {"allow-update-forwarding", set_matches<&O::allow_update_forwarding>},
      {"check-names", set_check_names},
      {"check-dup-records", set_check<&O::check_dup_records>},
      {"check-mx", set_check<&O::check_mx>},
      {"check-mx-cname", set_check<&O::check_mx_cname>},
      {"check-srv-cname", set_check<&O::check_srv_cname>},
      {"check-spf", set_check<&O::check_spf>},
      {"check-integrity", set_zone_flag<&O::check_integrity>},
      {"check-sibling", set_zone_flag<&O::check_sibling>},
      {"check-wildcard", set_zone_flag<&O::check_wildcard>},
      {"masterfile-format",
       [](O& to, const Setting& s) {
         to.masterfile_format = s.says("raw") ? MasterFormat::kRaw : MasterFormat::kText;
       }},
      {"masterfile-style",
       [](O& to, const Setting& s) {
         to.masterfile_style = s.says("full") ? MasterStyle::kFull : MasterStyle::kRelative;
       }},
      {"max-zone-ttl", set_unless_keyword<&O::max_zone_ttl_s>},
      {"max-records", set_zone_number<&O::max_records>},
      {"max-records-per-type", set_zone_number<&O::max_records_per_type>},
      {"max-types-per-name", set_zone_number<&O::max_types_per_name>},
      {"zero-no-soa-ttl", set_zone_flag<&O::zero_no_soa_ttl>},
      {"zone-statistics", set_statistics},
      {"serial-update-method",
       [](O& to, const Setting& s) {
         to.serial_method = s.says("unixtime") ? SerialMethod::kUnixTime
                            : s.says("date")   ? SerialMethod::kDate
                                               : SerialMethod::kIncrement;
       }},
      {"notify", set_notify},
      {"also-notify", set_also_notify},
      {"notify-delay", set_zone_number<&O::notify_delay_s>},
      {"notify-to-soa", set_zone_flag<&O::notify_to_soa>},
      {"notify-source", set_source<&O::notify_source>},
      {"notify-source-v6", set_source<&O::notify_source_v6>},
      {"transfer-source", set_source<&O::transfer_source>},
      {"transfer-source-v6", set_source<&O::transfer_source_v6>},
      {"max-transfer-time-in", set_zone_number<&O::max_transfer_time_in_min>},
      {"max-transfer-idle-in", set_zone_number<&O::max_transfer_idle_in_min>},
      {"max-transfer-time-out", set_zone_number<&O::max_transfer_time_out_min>},
      {"min-transfer-rate-in", set_least_rate},
      {"max-transfer-idle-out", set_zone_number<&O::max_transfer_idle_out_min>},
      {"min-refresh-time", set_zone_number<&O::min_refresh_time_s>},
      {"max-refresh-time", set_zone_number<&O::max_refresh_time_s>},
      {"min-retry-time", set_zone_number<&O::min_retry_time_s>},
      {"max-retry-time", set_zone_number<&O::max_retry_time_s>},
      {"request-ixfr", set_zone_flag<&O::request_ixfr>},
      {"request-expire", set_zone_flag<&O::request_expire>},
      {"try-tcp-refresh", set_zone_flag<&O::try_tcp_refresh>},
      {"multi-master", set_zone_flag<&O::multi_master>},
      {"ixfr-from-differences", set_differences},
      {"max-ixfr-ratio", set_unless_keyword<&O::max_ixfr_ratio_percent>},
      {"max-journal-size", set_unless_keyword<&O::max_journal_size>},
      {"zone-history", set_zone_flag<&O::zone_history>},
      {"zone-history-versions", set_unless_keyword<&O::zone_history_versions>},
      {"zone-history-size", set_history_size},
      {"zone-history-age", set_unless_keyword<&O::zone_history_age_s>},
      {"key-directory", [](O& to, const Setting& s) { to.key_directory = s.text(); }},
      {"catalog-zone", set_catalog_zone},
      {"catalog-group", [](O& to, const Setting& s) { to.catalog_group = s.text(); }},
  };
  return kSetters;
}

}  // namespace

bool is_zone_option(std::string_view name) {
  return zone_setters().contains(name);
}

void apply_zone_options(Nodes block, Names& names, ZoneOptions& to) {
  for (const Node& statement : block) {
    const auto setter = zone_setters().find(statement.name());
    if (setter != zone_setters().end() && statement.value() != nullptr)
      setter->second(to, {statement, names});
  }
}

}  // namespace nomen::config
