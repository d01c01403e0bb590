// The state of one secondary zone as a machine: when it asks its primaries for their serial, which of them it
// takes a transfer from, when it tries again, and when it expires (RFC 1035 3.3.13, RFC 1996, RFC 7314). It
// says what it wants to do; the caller lets it begin when the quotas of all zones allow (pacing.h), does it,
// and reports how it went. What was begun ends with exactly one report.
// Times are microseconds since 1970 on a clock of the caller's that does not jump, as they are kept over
// restarts (store::ZoneTimes). Thread rule: belongs to one thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "dns/types.h"
#include "store/version_store.h"
#include "transfer/notify_sender.h"
#include "transfer/soa.h"

namespace nomen::transfer {

struct SecondaryOptions {
  size_t primaries = 0;  ///< how many; they are numbered in the order of the configuration
  uint32_t min_refresh_s = 300;
  uint32_t max_refresh_s = 2'419'200;
  uint32_t min_retry_s = 500;
  uint32_t max_retry_s = 1'209'600;
  bool multi_master = false;    ///< a primary with an older serial is nothing to be told of
  bool try_tcp_refresh = true;  ///< a primary that does not answer over UDP is asked over TCP
  bool request_ixfr = true;
};

/// What the zone wants to do next, or is doing.
struct SecondaryWork {
  enum class Kind : uint8_t { kNone, kSoaQuery, kTransfer };
  Kind kind = Kind::kNone;
  size_t primary = 0;
  bool over_tcp = false;    ///< of an SOA query; a transfer always is
  bool ixfr = false;        ///< of a transfer
  bool any_serial = false;  ///< of a transfer: take what is there (rndc retransfer)
  bool operator==(const SecondaryWork&) const = default;
};

enum class QueryFailure : uint8_t {
  kTimeout,    ///< no answer, or the primary cannot be reached
  kTruncated,  ///< to be asked again over TCP
  kBadAnswer,  ///< REFUSED, SERVFAIL, not authoritative, no SOA ...
};

class Secondary {
 public:
  /// `seed` draws the jitter: zones that began together do not stay together.
  Secondary(const SecondaryOptions& options, uint64_t seed);

  // --- the beginning: one of these
  /// There is no saved copy: a transfer is wanted at once.
  void start_empty(int64_t now_us);
  /// A saved copy with this SOA is served; `times` as they were kept, if they were. A refresh is wanted at
  /// once, as a NOTIFY may have been missed.
  void start_with(const Soa& soa, const std::optional<store::ZoneTimes>& times, int64_t now_us);

  // --- what happens
  /// A NOTIFY from the primary of this number, or from one that allow-notify lets in (nullopt). False when it
  /// tells a serial that is here already. A newer one at a primary saves the question for its SOA: an IXFR
  /// asks the same and brings the answer (RFC 1995 2).
  bool notified(std::optional<size_t> primary, std::optional<dns::Serial> serial, int64_t now_us);
  void refresh_now(int64_t now_us);     ///< rndc refresh
  void retransfer_now(int64_t now_us);  ///< rndc retransfer: the whole zone, whatever its serial
  /// The configuration has changed; what is running goes on.
  void configure(const SecondaryOptions& options, int64_t now_us);

  // --- work
  /// What it wants to begin now; kNone while it is busy or its time has not come.
  SecondaryWork wanted(int64_t now_us) const;
  /// What wanted() said is begun.
  void begin(int64_t now_us);
  bool is_busy() const { return busy_; }
  /// What is being done; only while is_busy().
  const SecondaryWork& work() const { return work_; }

  // --- reports about what was begun
  /// `expire_s` here and below: what is left at the primary, as it told it (RFC 7314 4).
  void soa_answered(dns::Serial serial, std::optional<uint32_t> expire_s, int64_t now_us);
  void soa_failed(QueryFailure failure, int64_t now_us);
  /// A new version is served.
  void transferred(const Soa& soa, std::optional<uint32_t> expire_s, int64_t now_us);
  void transfer_up_to_date(std::optional<uint32_t> expire_s, int64_t now_us);
  /// `try_axfr`: the IXFR did not go well, the whole zone may.
  void transfer_failed(bool try_axfr, int64_t now_us);

  // --- time
  /// When wanted() or expire_if_due() will have something new; kNever while it is busy and does not expire.
  int64_t wake_us() const;
  /// True when the zone expires by this call: it is not to be served any more (RFC 1035 3.3.13).
  bool expire_if_due(int64_t now_us);
  bool has_data() const { return soa_.has_value(); }
  bool is_expired() const { return expired_; }
  const std::optional<Soa>& soa() const { return soa_; }

  /// For store::VersionStore::save_times(); the name of the primary is the caller's to add.
  store::ZoneTimes times() const;
  /// Which primary the version came from, if it is known.
  std::optional<size_t> source() const { return source_; }

 private:
  bool is_news(std::optional<dns::Serial> serial) const;
  void begin_round(size_t first, int64_t now_us);
  void begin_round_told(size_t first, std::optional<dns::Serial> serial, int64_t now_us);
  void want(SecondaryWork work);
  void ask(size_t primary);
  void ask_next(int64_t now_us);
  void end_round(int64_t now_us);
  void confirm(std::optional<uint32_t> expire_s, int64_t now_us);
  void schedule_refresh(int64_t now_us);
  void schedule_retry(int64_t now_us);
  int64_t jittered_us(uint32_t seconds);

  SecondaryOptions options_;
  FastRandom random_;
  std::optional<Soa> soa_;
  bool expired_ = false;

  SecondaryWork work_;  ///< wanted or being done; kNone between rounds
  bool busy_ = false;
  size_t first_ = 0;        ///< the primary that the round began with
  size_t asked_ = 0;        ///< primaries that the round has been at, the present one included
  bool any_good_ = false;   ///< one of them has confirmed our version or is behind it
  unsigned udp_tries_ = 0;  ///< at the present primary
  bool again_ = false;      ///< a NOTIFY came while the round was running
  size_t again_first_ = 0;
  std::optional<dns::Serial> again_serial_;  ///< that it told, from a primary
  bool retransfer_ = false;                  ///< the round takes the whole zone, whatever its serial
  bool retransfer_wanted_ = false;           ///< of the next round

  int64_t refresh_us_ = kNever;  ///< when the next round begins
  int64_t expires_us_ = kNever;
  int64_t refreshed_us_ = 0;
  uint32_t empty_retry_s_ = 0;  ///< the distance of tries while there is no data at all
  std::optional<size_t> source_;
};

}  // namespace nomen::transfer
