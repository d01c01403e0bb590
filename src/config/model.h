// The configuration in effect: defaults applied, options -> view -> zone inherited, names resolved.
// Made from a checked tree by build_config (build.h); the server and its parts read only this.
// Owner: whoever builds it. Thread rule: immutable once built.
//
// Zones that set nothing of their own share the options of their view; zones that set the same share too, so
// that 100,000 zones are small. Zone::operator== tells whether a zone is unchanged after a reload.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/log.h"
#include "config/grammar.h"
#include "config/match_list.h"
#include "config/rare.h"
#include "config/zone_list.h"
#include "crypto/tls_context.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::config {

/// What version, hostname and server-id say: nothing set, `none`, `hostname`, or a text.
struct Identity {
  enum class Kind : uint8_t { kDefault, kNone, kHostname, kText };
  Kind kind = Kind::kDefault;
  std::string text;
  bool operator==(const Identity&) const = default;
};

enum class CheckMode : uint8_t { kIgnore, kWarn, kFail };
enum class MasterFormat : uint8_t { kText, kRaw };
enum class MasterStyle : uint8_t { kRelative, kFull };
enum class MinimalResponses : uint8_t { kNo, kYes, kNoAuth, kNoAuthRecursive };
enum class NotifyMode : uint8_t { kNo, kYes, kExplicit, kPrimaryOnly };
enum class ZoneStatistics : uint8_t { kNone, kTerse, kFull };
enum class CookieAlgorithm : uint8_t { kSipHash24, kAes };
enum class SerialMethod : uint8_t { kIncrement, kUnixTime, kDate };  ///< serial-update-method
enum class DnssecValidation : uint8_t { kNo, kYes, kAuto };

struct ListenOn {
  bool is_v6 = false;
  uint16_t port = 0;  ///< 0: ServerOptions::port, or tls_port
  MatchListRef addresses;
  std::string tls;   ///< as RemoteServer::tls; empty: plain UDP and TCP
  std::string http;  ///< name of a http block, or empty
  Position position;
};

/// Statements of `options` about the server as a whole.
struct ServerOptions {
  std::string directory;                 ///< empty: the process's
  std::optional<std::string> pid_file;   ///< the path; nullopt when `pid-file none`
  std::optional<std::string> lock_file;  ///< nullopt: none
  bool pid_file_given = false;           ///< false: pid_file is the default
  std::optional<std::string> session_keyfile;
  uint16_t port = 53;
  uint16_t tls_port = 853;          ///< where TLS is spoken and no port is named
  std::vector<ListenOn> listen_on;  ///< IPv4; the default { any; } when none is written
  std::vector<ListenOn> listen_on_v6;
  uint32_t interface_interval_s = 3600;  ///< 0: no rescan
  bool automatic_interface_scan = true;
  MatchListRef blackhole = MatchListRef::none();
  std::optional<bool> querylog;  ///< unset: on when the category queries has a channel
  bool reuseport = true;
  Identity version, hostname, server_id{Identity::Kind::kNone, {}};

  bool answer_cookie = true;
  CookieAlgorithm cookie_algorithm = CookieAlgorithm::kSipHash24;
  std::vector<std::vector<uint8_t>>
      cookie_secrets;  ///< the first makes cookies, all are accepted; empty: random

  uint32_t tcp_clients = 150;
  uint32_t tcp_listen_queue = 10;
  uint32_t tcp_initial_timeout_ds = 300;  ///< tenths of a second, as the next three
  uint32_t tcp_idle_timeout_ds = 300;
  uint32_t tcp_keepalive_timeout_ds = 300;
  uint32_t tcp_advertised_timeout_ds = 300;
  uint32_t tcp_receive_buffer = 0, tcp_send_buffer = 0;  ///< bytes; 0: the system's
  uint32_t udp_receive_buffer = 0, udp_send_buffer = 0;

  std::string statistics_file = "named.stats";
  std::string dump_file = "named_dump.db";
  std::string recursing_file = "named.recursing";
  std::string secroots_file = "named.secroots";
  std::string memstatistics_file = "named.memstats";
  uint32_t recursive_clients = 1000;
  bool match_mapped_addresses = false;
  bool flush_zones_on_shutdown = false;
  bool zone_images = true;  ///< of large zones, for restarts (server/zone_images.h)

  std::optional<uint32_t> notify_rate, startup_notify_rate;  ///< per second; unset: the server's choice
  uint32_t serial_query_rate = 20;                           ///< per second
  uint32_t transfers_in = 10, transfers_out = 10, transfers_per_ns = 2;
  uint32_t transfer_message_size = 20480;
};

/// One rule of rrset-order; unset fields match all.
struct RrsetOrderRule {
  enum class Order : uint8_t { kRandom, kCyclic, kFixed, kNone };
  std::optional<dns::RRClass> rr_class;
  std::optional<dns::RRType> type;
  std::optional<std::string> name;  ///< as written; "*.example" is a wildcard
  Order order = Order::kRandom;
  bool operator==(const RrsetOrderRule&) const = default;
};

/// A catalog zone (RFC 9432) of which a view takes the members: an entry of `catalog-zones`.
struct CatalogZone {
  dns::Name name;
  std::vector<RemoteServer> default_primaries;  ///< of members for which the catalog names none
  std::string zone_directory;                   ///< of the members' saved copies; empty: the server's
  bool in_memory = false;                       ///< members have no saved copies
  uint32_t min_update_interval_s = 5;           ///< between versions that are taken over
  bool operator==(const CatalogZone&) const = default;
};

struct ZoneOptions;

/// What members of catalogs that are in a group (RFC 9432 4.3.2) are like: `catalog-group-options`.
struct CatalogGroup {
  std::string name;
  std::vector<RemoteServer> primaries;  ///< before default-primaries; empty: those
  std::shared_ptr<const ZoneOptions> options;
  bool operator==(const CatalogGroup& other) const;
};

/// Statements that a view may set for itself.
struct ViewOptions {
  bool recursion = true;  ///< as written or by default; this version does not recurse either way
  DnssecValidation dnssec_validation = DnssecValidation::kAuto;
  uint16_t edns_udp_size = 1232;  ///< clamped to 512..4096
  uint16_t max_udp_size = 1232;
  uint16_t nocookie_udp_size = 4096;  ///< clamped from 128
  bool require_server_cookie = false;
  bool minimal_any = false;
  MinimalResponses minimal_responses = MinimalResponses::kNoAuthRecursive;
  std::vector<RrsetOrderRule> rrset_order;  ///< empty: random
  bool message_compression = true;
  bool auth_nxdomain = false;
  MatchListRef no_case_compress = MatchListRef::none();
  bool provide_ixfr = true;
  bool many_answers = true;         ///< transfer-format
  bool allow_new_zones = false;     ///< rndc addzone and its like
  std::string new_zones_directory;  ///< where the file of zones added so is; empty: the server's
  std::vector<CatalogZone> catalog_zones;
  std::vector<CatalogGroup> catalog_groups;  ///< each name once
  bool operator==(const ViewOptions&) const = default;
};

/// Statements that a zone may set for itself, and options or view for all of theirs.
struct ZoneOptions {
  MatchListRef allow_query = MatchListRef::any();
  MatchListRef allow_query_on = MatchListRef::any();
  MatchListRef allow_transfer = MatchListRef::any();
  uint16_t allow_transfer_port = 0;      ///< 0: every port
  std::string allow_transfer_transport;  ///< "tcp", "tls"; empty: every one
  MatchListRef allow_notify = MatchListRef::none();
  MatchListRef allow_update = MatchListRef::none();
  MatchListRef allow_update_forwarding = MatchListRef::none();

  CheckMode check_names_primary = CheckMode::kFail;
  CheckMode check_names_secondary = CheckMode::kWarn;
  CheckMode check_dup_records = CheckMode::kWarn;
  CheckMode check_mx = CheckMode::kWarn;
  CheckMode check_mx_cname = CheckMode::kWarn;
  CheckMode check_srv_cname = CheckMode::kWarn;
  CheckMode check_spf = CheckMode::kWarn;
  bool check_integrity = true;
  bool check_sibling = true;
  bool check_wildcard = true;

  std::optional<MasterFormat> masterfile_format;  ///< unset: raw for secondaries, else text
  MasterStyle masterfile_style = MasterStyle::kRelative;
  std::optional<uint32_t> max_zone_ttl_s;  ///< unset: unlimited
  uint32_t max_records = 0;                ///< 0: unlimited, as the next two
  uint32_t max_records_per_type = 100;
  uint32_t max_types_per_name = 100;
  bool zero_no_soa_ttl = true;
  ZoneStatistics statistics = ZoneStatistics::kTerse;

  NotifyMode notify = NotifyMode::kYes;
  std::vector<RemoteServer> also_notify;
  std::optional<uint32_t> notify_delay_s;  ///< unset: the server's choice
  bool notify_to_soa = false;
  SourceAddress notify_source, notify_source_v6;
  SourceAddress transfer_source, transfer_source_v6;
  uint32_t max_transfer_time_in_min = 120, max_transfer_idle_in_min = 60;
  uint32_t max_transfer_time_out_min = 120, max_transfer_idle_out_min = 60;
  uint32_t min_transfer_rate_in_bytes = 10240,
           min_transfer_rate_in_min = 5;  ///< so much in so long; 0: no limit
  uint32_t min_refresh_time_s = 300, max_refresh_time_s = 2419200;
  uint32_t min_retry_time_s = 500, max_retry_time_s = 1209600;
  bool request_ixfr = true;
  bool request_expire = true;
  bool try_tcp_refresh = true;
  bool multi_master = false;
  SerialMethod serial_method = SerialMethod::kIncrement;
  bool ixfr_from_differences_primary = false;
  bool ixfr_from_differences_secondary = false;
  std::optional<uint32_t> max_ixfr_ratio_percent = 100;  ///< unset: unlimited
  std::optional<uint64_t> max_journal_size;              ///< bytes; unset: default or unlimited
  bool zone_history = true;  ///< what a file that is read again changes is logged, too
  std::optional<uint64_t> zone_history_versions;
  std::optional<uint64_t>
      zone_history_bytes;  ///< UINT64_MAX: unlimited; unset: by max_journal_size or default
  std::optional<uint32_t> zone_history_age_s;
  std::string key_directory;
  std::string catalog_zone;   ///< the generated catalog that lists the zone, in lower case; empty: none
  std::string catalog_group;  ///< its group there; empty: none

  bool operator==(const ZoneOptions&) const = default;
};

/// One rule of update-policy, as written; `zonesub` is a subdomain rule with the zone's name.
struct UpdateRule {
  struct TypeLimit {
    dns::RRType type;
    uint32_t most = 0;  ///< RRs of this type that a name may have; 0: no limit
    bool operator==(const TypeLimit&) const = default;
  };
  bool grants = true;
  std::string match;  ///< "name", "subdomain", "selfsub" ..., or "local" for `update-policy local`
  dns::Name identity;
  dns::Name name;
  std::vector<TypeLimit> types;
  bool operator==(const UpdateRule&) const = default;
};

struct Zone {
  dns::NameView name() const {
    return {reinterpret_cast<const uint8_t*>(name_wire.data()), name_wire.size()};
  }
  /// "zone NAME/IN" without the word zone: as log lines name it.
  std::string display_name() const;

  std::string name_wire;  ///< wire form; case as written
  dns::RRClass rr_class = dns::RRClass::kIn;
  ZoneType type = ZoneType::kPrimary;
  bool added = false;              ///< by rndc addzone: it stands in its view's file of added zones
  bool generates_catalog = false;  ///< its members are the zones whose catalog_zone it is
  std::shared_ptr<const std::string> catalog;  ///< the catalog zone that lists it; nullptr: it is configured
  std::string file;           ///< as written: relative to ServerOptions::directory; empty when it has none
  Rare<std::string> in_view;  ///< kInView: the view whose zone this is
  Rare<std::string> journal;
  Rare<std::vector<RemoteServer>> primaries;
  std::shared_ptr<const std::vector<UpdateRule>> update_policy;  ///< nullptr: none
  std::shared_ptr<const ZoneOptions> options;

  /// A primary zone that takes updates: allow-update or update-policy.
  bool is_dynamic() const;
  /// A zone whose data come from primaries: all of them, or those of a stub.
  bool is_copy() const { return type == ZoneType::kSecondary || type == ZoneType::kStub; }
  /// A primary zone whose file the server writes: it takes updates, or the server makes its versions.
  bool is_written() const { return generates_catalog || is_dynamic(); }
  /// What is served may be newer than the file, which is written after it; else the file is what is served.
  bool is_ahead_of_file() const { return is_written() || is_copy(); }
  /// A primary zone whose file must have a later serial to be taken when it is read again, as
  /// ixfr-from-differences wants it.
  bool needs_later_serial() const;
  /// A primary zone that follows its file: what a file that is read again changes is logged after it is
  /// served.
  bool keeps_history() const;
  /// Whether its versions are in the log before they are served: it cannot be served without a log.
  bool is_logged_first() const { return is_ahead_of_file(); }
  /// Whether its versions are logged at all.
  bool is_logged() const { return is_logged_first() || keeps_history(); }

  MasterFormat format() const;
  CheckMode check_names() const;
  /// Nothing about the zone has changed.
  bool operator==(const Zone& other) const;
};

/// A `key`; also what rndc.key holds.
struct Key {
  std::string name;          ///< as written; compares as a domain name
  std::string algorithm;     ///< "hmac-sha256", lower case
  uint16_t digest_bits = 0;  ///< behind the algorithm ("hmac-sha256-128"); 0: all
  std::vector<uint8_t> secret;
  Position position;
};

/// A `tls` block.
struct Tls {
  std::string name;  ///< lower case
  crypto::TlsSettings settings;
  Position position;
};

/// A `server` statement: what to do and not to do with a remote server.
struct Server {
  IpPrefix prefix;
  std::optional<bool> bogus, edns, provide_ixfr, request_ixfr, request_expire, request_nsid, send_cookie,
      tcp_keepalive, tcp_only, many_answers;
  std::optional<uint32_t> edns_udp_size, edns_version, max_udp_size, padding, transfers;
  std::vector<std::string> keys;
  SourceAddress notify_source, notify_source_v6, transfer_source, transfer_source_v6;
  Position position;
};

struct View {
  std::string name;  ///< "_default" when the configuration has no views
  dns::RRClass rr_class = dns::RRClass::kIn;
  MatchListRef match_clients = MatchListRef::any();
  MatchListRef match_destinations = MatchListRef::any();
  bool match_recursive_only = false;
  ViewOptions options;
  std::vector<Key> keys;                            ///< its own, besides Config::keys
  std::vector<Server> servers;                      ///< its own and the global ones, its own first
  std::shared_ptr<const ZoneOptions> zone_options;  ///< of zones that set nothing of their own
  ZoneList zones;                                   ///< in the order written
  /// Those of `zones` that are not plain: what concerns more than one zone is found in them and in
  /// zone_options, however many plain ones there are.
  std::vector<ZonePtr> particular;

  /// A primary zone that says nothing but where its file is.
  bool is_plain(const Zone& zone) const;
  void add(ZonePtr zone);
};

struct LogChannel {
  enum class Kind : uint8_t { kNull, kStderr, kSyslog, kFile };
  enum class Suffix : uint8_t { kIncrement, kTimestamp };
  enum class Time : uint8_t { kNone, kLocal, kIso8601, kIso8601Utc };

  std::string name;
  Kind kind = Kind::kNull;
  std::string file;                  ///< kFile: as written
  std::optional<uint32_t> versions;  ///< old files kept; unset: none; UINT32_MAX: unlimited
  uint64_t size = 0;                 ///< bytes after which a new file begins; 0: unlimited
  Suffix suffix = Suffix::kIncrement;
  std::string facility = "daemon";  ///< kSyslog
  LogSeverity severity = LogSeverity::kInfo;
  int debug_level = 0;   ///< for LogSeverity::kDebug
  bool dynamic = false;  ///< the level that rndc trace and -d set
  Time print_time = Time::kNone;
  bool print_category = false;
  bool print_severity = false;
  bool buffered = false;
};

struct LogCategoryRule {
  LogCategory category = LogCategory::kDefault;
  std::vector<std::string> channels;  ///< each the name of one of Logging::channels
};

/// channels holds BIND's built-in ones too: default_syslog, default_debug, default_stderr, null.
struct Logging {
  bool given = false;  ///< a `logging` statement stands in the file
  std::vector<LogChannel> channels;
  std::vector<LogCategoryRule>
      categories;  ///< only those written; kDefault and kUnmatched have built-in rules
};

struct ControlChannel {
  bool is_unix = false;
  std::optional<IpAddress> address;  ///< unset: any ("*")
  uint16_t port = 953;
  MatchListRef allow;
  std::vector<std::string> keys;  ///< names; empty: those of rndc.key
  bool read_only = false;
  std::string path;  ///< kUnix
  uint32_t permissions = 0, owner = 0, group = 0;
  Position position;
};

struct Controls {
  bool given = false;  ///< false: BIND opens 127.0.0.1 and ::1, port 953, with rndc.key
  std::vector<ControlChannel> channels;
};

/// What a configuration says beside its zones, as text: enough to judge one more zone by (one_zone.h), and to
/// see whether unchanged zones still mean the same (zone_memory.h).
struct Outline {
  struct ViewText {
    std::string head;  ///< "view "name" IN"
    std::string body;  ///< statements
    bool operator==(const ViewText&) const = default;
  };
  std::string top;
  std::vector<ViewText> views;
  bool operator==(const Outline&) const = default;
};

struct Config {
  std::vector<std::string> files;  ///< what Position::file indexes
  ServerOptions options;
  std::vector<Key> keys;
  std::vector<Tls> tls;  ///< those written; "ephemeral" is there without being written
  Logging logging;
  Controls controls;
  std::vector<View> views;  ///< at least one
  Outline outline;

  SourcePosition source(const Position& position) const;
  size_t zone_count() const;
};

}  // namespace nomen::config
