#include "transfer/secondary.h"

#include <algorithm>
#include <utility>

#include "base/contract.h"
#include "transfer/limits.h"

namespace nomen::transfer {

using Kind = SecondaryWork::Kind;

namespace {
constexpr int64_t kSecondUs = 1'000'000;
}  // namespace

Secondary::Secondary(const SecondaryOptions& options, uint64_t seed) : options_(options), random_(seed) {}

/// Between three quarters and all of it.
int64_t Secondary::jittered_us(uint32_t seconds) {
  const auto whole = static_cast<int64_t>(seconds) * kSecondUs;
  return whole - whole / 4 * random_.below(1024) / 1024;
}

// ---- the beginning

void Secondary::start_empty(int64_t now_us) {
  refresh_us_ = now_us;
}

void Secondary::start_with(const Soa& soa, const std::optional<store::ZoneTimes>& times, int64_t now_us) {
  soa_ = soa;
  refresh_us_ = now_us;
  expires_us_ = now_us + static_cast<int64_t>(soa.expire_s) * kSecondUs;
  if (!times) return;
  // The times may be those of an earlier version, when the server ended before those of this one were kept:
  // its life is not longer by that. Nor by a clock that was set back since.
  refreshed_us_ = times->refreshed_us;
  expires_us_ = std::min(expires_us_, times->expires_us);
}

void Secondary::configure(const SecondaryOptions& options, int64_t now_us) {
  const bool other_primaries = options.primaries != options_.primaries;
  options_ = options;
  if (!other_primaries) return;
  if (source_ && *source_ >= options_.primaries) source_.reset();
  if (busy_) {
    again_ = true;
    again_first_ = 0;
    again_serial_.reset();
  } else {
    begin_round(0, now_us);
  }
}

// ---- what happens

bool Secondary::notified(std::optional<size_t> primary, std::optional<dns::Serial> serial, int64_t now_us) {
  if (!is_news(serial)) return false;
  const bool is_primary = primary && *primary < options_.primaries;
  const size_t first = is_primary ? *primary : 0;
  if (!is_primary) serial.reset();
  if (busy_) {
    again_ = true;
    again_first_ = first;
    again_serial_ = serial;
  } else {
    begin_round_told(first, serial, now_us);
  }
  return true;
}

/// A serial that nobody has told may be news, too.
bool Secondary::is_news(std::optional<dns::Serial> serial) const {
  return !serial || !soa_ || expired_ || serial->is_after(soa_->serial);
}

void Secondary::refresh_now(int64_t now_us) {
  notified(std::nullopt, std::nullopt, now_us);
}

void Secondary::retransfer_now(int64_t now_us) {
  retransfer_wanted_ = true;
  if (!busy_) begin_round(0, now_us);
}

// ---- a round through the primaries

void Secondary::want(SecondaryWork work) {
  work_ = work;
  busy_ = false;
}

/// The first step at a primary: a question for its SOA, or, without data of our own, a transfer.
void Secondary::ask(size_t primary) {
  udp_tries_ = 0;
  const bool needs_all = !soa_ || expired_ || retransfer_;
  if (needs_all) {
    want({.kind = Kind::kTransfer, .primary = primary, .any_serial = retransfer_ || expired_});
  } else {
    want({.kind = Kind::kSoaQuery, .primary = primary});
  }
}

void Secondary::begin_round(size_t first, int64_t now_us) {
  again_ = false;
  retransfer_ = std::exchange(retransfer_wanted_, false);
  if (options_.primaries == 0) {
    want({});
    refresh_us_ = kNever;
    return;
  }
  first_ = first % options_.primaries;
  asked_ = 1;
  any_good_ = false;
  refresh_us_ = now_us;
  ask(first_);
}

void Secondary::begin_round_told(size_t first, std::optional<dns::Serial> serial, int64_t now_us) {
  begin_round(first, now_us);
  if (serial && work_.kind == Kind::kSoaQuery && options_.request_ixfr)
    want({.kind = Kind::kTransfer, .primary = first_, .ixfr = true});
}

void Secondary::ask_next(int64_t now_us) {
  if (asked_ >= options_.primaries) return end_round(now_us);
  ask((first_ + asked_++) % options_.primaries);
}

void Secondary::end_round(int64_t now_us) {
  want({});
  if (any_good_) {
    schedule_refresh(now_us);
  } else {
    schedule_retry(now_us);
  }
  retransfer_ = false;
  if (retransfer_wanted_) return begin_round(again_ ? again_first_ : 0, now_us);
  if (std::exchange(again_, false) && is_news(again_serial_))
    begin_round_told(again_first_, std::exchange(again_serial_, std::nullopt), now_us);
}

SecondaryWork Secondary::wanted(int64_t now_us) const {
  if (busy_) return {};
  if (work_.kind != Kind::kNone) return work_;
  if (now_us < refresh_us_ || options_.primaries == 0) return {};
  // A round that begin() starts.
  if (!soa_ || expired_) return {.kind = Kind::kTransfer, .any_serial = expired_};
  return {.kind = Kind::kSoaQuery};
}

void Secondary::begin(int64_t now_us) {
  NOMEN_REQUIRE(!busy_ && wanted(now_us).kind != Kind::kNone);
  if (work_.kind == Kind::kNone) begin_round(0, now_us);
  busy_ = true;
}

// ---- reports

void Secondary::soa_answered(dns::Serial serial, std::optional<uint32_t> expire_s, int64_t now_us) {
  NOMEN_REQUIRE(busy_ && work_.kind == Kind::kSoaQuery);
  busy_ = false;
  if (soa_ && serial.is_after(soa_->serial)) {
    want({.kind = Kind::kTransfer, .primary = work_.primary, .ixfr = options_.request_ixfr});
    return;
  }
  any_good_ = true;
  if (soa_ && serial == soa_->serial) confirm(expire_s, now_us);
  ask_next(now_us);
}

void Secondary::soa_failed(QueryFailure failure, int64_t now_us) {
  NOMEN_REQUIRE(busy_ && work_.kind == Kind::kSoaQuery);
  busy_ = false;
  SecondaryWork same = work_;
  if (!same.over_tcp) {
    if (failure == QueryFailure::kTimeout && ++udp_tries_ < kSoaUdpTries) return want(same);
    const bool may_tcp = failure == QueryFailure::kTruncated ||
                         (failure == QueryFailure::kTimeout && options_.try_tcp_refresh);
    if (may_tcp) {
      same.over_tcp = true;
      return want(same);
    }
  }
  ask_next(now_us);
}

void Secondary::transferred(const Soa& soa, std::optional<uint32_t> expire_s, int64_t now_us) {
  NOMEN_REQUIRE(busy_ && work_.kind == Kind::kTransfer);
  source_ = work_.primary;
  soa_ = soa;
  expired_ = false;
  empty_retry_s_ = 0;
  expires_us_ = kNever;  // how long the old version had to live says nothing of this one
  confirm(expire_s, now_us);
  any_good_ = true;
  end_round(now_us);
}

void Secondary::transfer_up_to_date(std::optional<uint32_t> expire_s, int64_t now_us) {
  NOMEN_REQUIRE(busy_ && work_.kind == Kind::kTransfer);
  if (soa_) {
    any_good_ = true;
    confirm(expire_s, now_us);
  }
  ask_next(now_us);
}

void Secondary::transfer_failed(bool try_axfr, int64_t now_us) {
  NOMEN_REQUIRE(busy_ && work_.kind == Kind::kTransfer);
  if (try_axfr && work_.ixfr) {
    want({.kind = Kind::kTransfer, .primary = work_.primary, .any_serial = work_.any_serial});
    return;
  }
  ask_next(now_us);
}

/// A primary has our version: its life begins anew (RFC 1035 3.3.13), or lasts as long as a primary that is a
/// secondary itself says (RFC 7314 4).
void Secondary::confirm(std::optional<uint32_t> expire_s, int64_t now_us) {
  refreshed_us_ = now_us;
  const auto own = now_us + static_cast<int64_t>(soa_->expire_s) * kSecondUs;
  const auto told = expire_s ? now_us + static_cast<int64_t>(*expire_s) * kSecondUs : own;
  // What is left at one primary does not take from what another has confirmed.
  expires_us_ = std::max(std::min(own, told), expires_us_ == kNever ? 0 : std::min(expires_us_, own));
}

// ---- time

void Secondary::schedule_refresh(int64_t now_us) {
  // min and max the wrong way round are the configuration's fault; min wins.
  const uint32_t refresh_s =
      std::max(options_.min_refresh_s, std::min(options_.max_refresh_s, soa_ ? soa_->refresh_s : 0));
  refresh_us_ = now_us + jittered_us(refresh_s);
}

void Secondary::schedule_retry(int64_t now_us) {
  if (!soa_) {
    empty_retry_s_ = std::clamp(empty_retry_s_ * 2, kFirstEmptyRetryS, kLongestEmptyRetryS);
    refresh_us_ = now_us + jittered_us(empty_retry_s_);
    return;
  }
  const uint32_t retry_s = std::max(options_.min_retry_s, std::min(options_.max_retry_s, soa_->retry_s));
  refresh_us_ = now_us + jittered_us(retry_s);
}

int64_t Secondary::wake_us() const {
  const int64_t expiry = soa_ && !expired_ ? expires_us_ : kNever;
  if (busy_ || options_.primaries == 0) return expiry;
  return std::min(expiry, refresh_us_);
}

bool Secondary::expire_if_due(int64_t now_us) {
  if (!soa_ || expired_ || now_us < expires_us_) return false;
  expired_ = true;
  return true;
}

store::ZoneTimes Secondary::times() const {
  store::ZoneTimes times;
  times.refreshed_us = refreshed_us_;
  times.next_refresh_us = refresh_us_ == kNever ? 0 : refresh_us_;
  times.expires_us = expires_us_ == kNever ? 0 : expires_us_;
  if (soa_) times.serial = soa_->serial;
  return times;
}

}  // namespace nomen::transfer
