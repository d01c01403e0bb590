// What a worker answers from: an immutable picture of the configuration and of all zones (DESIGN 1.2). The
// server makes a new one for every change and shares with the old what did not change; workers pick the
// newest up at the start of a batch.
// Thread rule: constant after publishing, but for ServedZone::fill().
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/contract.h"
#include "crypto/siphash.h"
#include "dns/name.h"
#include "dns/stored_name.h"
#include "dns/tsig.h"
#include "dns/types.h"
#include "policy/acl.h"
#include "zone/content.h"
#include "zone/name_table.h"
#include "zone/recent_changes.h"

namespace nomen::answer {

/// minimal-responses
enum class MinimalResponses : uint8_t { kNo, kYes, kNoAuth, kNoAuthRecursive };
/// rrset-order
enum class RRsetOrder : uint8_t { kFixed, kRandom, kCyclic, kNone };

/// One rule of an rrset-order statement; the first that fits decides.
struct RRsetOrderRule {
  std::optional<dns::RRClass> rr_class;
  std::optional<dns::RRType> type;
  std::optional<dns::Name> name;  ///< a leading "*" label means: and all below
  RRsetOrder order = RRsetOrder::kRandom;
};

/// What a zone is here, as far as requests other than questions look at it.
enum class ZoneRole : uint8_t { kPrimary, kDynamicPrimary, kPrimaryWithPolicy, kSecondary, kStub };
inline constexpr size_t kZoneRoles = 5;

/// How transfers may go out: by `transport` of allow-transfer.
enum class TransferTransport : uint8_t { kAny, kTcp, kTls };

/// What a zone statement (with what it inherits) says about answering. Shared by zones that say the same.
struct ZoneSettings {
  ZoneRole role = ZoneRole::kPrimary;
  policy::AclPtr allow_query;
  policy::AclPtr allow_query_on;
  policy::AclPtr allow_transfer;
  uint16_t allow_transfer_port = 0;  ///< only on this port; 0: on every one
  TransferTransport allow_transfer_transport = TransferTransport::kAny;
  policy::AclPtr allow_update;             ///< of a primary zone; update-policy has the last word
  policy::AclPtr allow_update_forwarding;  ///< of a secondary zone
  policy::AclPtr allow_notify;  ///< of a secondary or stub zone: its primaries, and who else is let in
  /// Whether anybody may ask, whatever the address.
  bool is_open() const { return allow_query->is_any() && allow_query_on->is_any(); }
  std::optional<uint32_t> max_ixfr_ratio_percent = 100;  ///< nullopt: unlimited
  uint32_t max_transfer_time_out_min = 120;
  uint32_t max_transfer_idle_out_min = 60;
  bool zero_no_soa_ttl = true;  ///< the SOA of an NXDOMAIN answer to an SOA question has TTL 0
};

/// When a secondary's copy expires. It moves on with every refresh, without a new version: whoever refreshes
/// writes it, workers read it.
struct ZoneExpiry {
  std::atomic<int64_t> at_s{0};  ///< seconds since 1970; 0: not known
};

/// A zone of a view: its settings, and its content once it is loaded. Of a published one nothing changes but
/// that content may come to where there was none: 100,000 zones that are loaded after a start need not be
/// made and published a second time.
class ServedZone {
 public:
  ServedZone(dns::NameView apex, std::shared_ptr<const ZoneSettings> settings, zone::ContentPtr content,
             zone::RecentChangesPtr recent = nullptr, std::shared_ptr<const ZoneExpiry> expiry = nullptr)
      : ServedZone(hash_of(apex), apex, std::move(settings), std::move(content), std::move(recent),
                   std::move(expiry)) {}
  /// For who has the hash of the name already.
  ServedZone(uint64_t apex_hash, dns::NameView apex, std::shared_ptr<const ZoneSettings> settings,
             zone::ContentPtr content, zone::RecentChangesPtr recent = nullptr,
             std::shared_ptr<const ZoneExpiry> expiry = nullptr)
      : apex_hash_(apex_hash),
        apex_(apex),
        settings_(std::move(settings)),
        content_(std::move(content)),
        recent_(std::move(recent)),
        expiry_(std::move(expiry)) {
    is_stub_ = settings_->role == ZoneRole::kStub;
    is_plain_ = settings_->is_open() && !is_stub_;
    size_ = size_of(content_.get());
  }
  /// The same zone with another content.
  ServedZone(const ServedZone& before, zone::ContentPtr content, zone::RecentChangesPtr recent)
      : apex_hash_(before.apex_hash_),
        is_plain_(before.is_plain_),
        is_stub_(before.is_stub_),
        size_(size_of(content.get())),
        apex_(before.apex_),
        settings_(before.settings_),
        content_(std::move(content)),
        recent_(std::move(recent)),
        expiry_(before.expiry_) {}

  /// Its first content, where it has none: workers answer from it at once. By one thread.
  void fill(zone::ContentPtr content) {
    NOMEN_REQUIRE(size_.load(std::memory_order_relaxed) == Size::kNone);
    content_ = std::move(content);
    size_.store(size_of(content_.get()), std::memory_order_release);
  }

  dns::NameView apex() const { return apex_; }
  uint64_t apex_hash() const { return apex_hash_; }
  const ZoneSettings& settings() const { return *settings_; }
  /// Whether its content answers, and that to anybody, whatever the address.
  bool is_plain() const { return is_plain_; }
  /// Whether it knows the zone's servers only: what is asked is referred to them.
  bool is_stub() const { return is_stub_; }
  /// Whether there is content, and so much that fetching it ahead pays.
  bool is_large() const { return size_.load(std::memory_order_acquire) == Size::kLarge; }
  /// nullptr while the zone could not be loaded: it is answered with SERVFAIL.
  const zone::Content* content() const { return has_content() ? content_.get() : nullptr; }
  const zone::ContentPtr& shared_content() const { return has_content() ? content_ : kNoContent; }
  const std::shared_ptr<const ZoneSettings>& shared_settings() const { return settings_; }
  /// What led to the content; nullptr when that is not known.
  const zone::RecentChangesPtr& recent() const { return recent_; }
  /// Only of a secondary or stub zone.
  const ZoneExpiry* expiry() const { return expiry_.get(); }

 private:
  static uint64_t hash_of(dns::NameView apex) {
    dns::HashedName name;
    name.assign(apex);
    return name.full_hash();
  }
  /// Of the content; written after it.
  enum class Size : uint8_t { kNone, kSmall, kLarge };
  static Size size_of(const zone::Content* content) {
    if (content == nullptr) return Size::kNone;
    return content->is_large() ? Size::kLarge : Size::kSmall;
  }
  static inline const zone::ContentPtr kNoContent;
  bool has_content() const { return size_.load(std::memory_order_acquire) != Size::kNone; }

  uint64_t apex_hash_ = 0;
  bool is_plain_ = false;
  bool is_stub_ = false;
  std::atomic<Size> size_ = Size::kNone;
  dns::StoredName apex_;
  std::shared_ptr<const ZoneSettings> settings_;
  zone::ContentPtr content_;
  zone::RecentChangesPtr recent_;
  std::shared_ptr<const ZoneExpiry> expiry_;
};

using ZoneTable = zone::NameTable<ServedZone>;

/// How transfers are given to somebody: provide-ixfr and transfer-format.
struct PeerTransfer {
  bool provide_ixfr = true;
  bool many_answers = true;
};

/// What a `server` statement says about it.
struct PeerTransferRule {
  net::IpPrefix prefix;
  std::optional<bool> provide_ixfr;
  std::optional<bool> many_answers;
};

/// The keys that sign messages, by name; those of a view are its own and the global ones.
using KeyRing =
    std::unordered_map<dns::Name, std::shared_ptr<const dns::TsigKey>, dns::NameHash, dns::NameEqual>;

struct ViewSettings {
  std::string name = "_default";
  dns::RRClass rr_class = dns::RRClass::kIn;
  KeyRing keys;
  policy::AclPtr match_clients;
  policy::AclPtr match_destinations;
  bool match_recursive_only = false;
  policy::AclPtr allow_query;  ///< for names that are in no zone
  policy::AclPtr allow_query_on;
  MinimalResponses minimal_responses = MinimalResponses::kNoAuthRecursive;
  bool minimal_any = false;
  std::vector<RRsetOrderRule> rrset_order;
  uint16_t max_udp_size = 1232;
  uint16_t edns_udp_size = 1232;  ///< what our OPT says
  uint16_t nocookie_udp_size = 4096;
  bool require_server_cookie = false;
  bool answer_cookie = true;
  PeerTransfer transfer_out;
  std::vector<PeerTransferRule> transfer_peers;  ///< in order: the first that fits decides
};

struct View {
  std::shared_ptr<const ViewSettings> settings;
  ZoneTable zones;

  /// Whether it serves every question of its class, whoever asks.
  bool is_for_all() const {
    return settings->match_clients->is_any() && settings->match_destinations->is_any() &&
           !settings->match_recursive_only;
  }
};

/// RFC 9018 4: the first secret signs, all verify.
struct CookieSecrets {
  std::vector<crypto::SipHashKey> secrets;
};

/// What the options say for the whole server.
struct ServerSettings {
  policy::AclPtr blackhole;
  std::optional<std::string> version;    ///< version.bind; nullopt: not answered
  std::optional<std::string> hostname;   ///< hostname.bind
  std::optional<std::string> server_id;  ///< id.server and NSID
  CookieSecrets cookies;
  uint16_t tcp_advertised_timeout_ds = 300;  ///< tenths of a second, RFC 7828
  bool query_log = false;
  uint32_t transfers_out = 10;
  size_t transfer_message_bytes = 20480;
};

struct Snapshot {
  std::shared_ptr<const ServerSettings> server;
  std::shared_ptr<const policy::LocalAddresses> local;
  std::vector<std::shared_ptr<const View>> views;  ///< in order: the first that matches serves
  const View* for_all = nullptr;  ///< the first view, when it is for all: written by set_views()

  void set_views(std::vector<std::shared_ptr<const View>> in_order) {
    views = std::move(in_order);
    for_all = !views.empty() && views.front()->is_for_all() ? views.front().get() : nullptr;
  }
};

}  // namespace nomen::answer
