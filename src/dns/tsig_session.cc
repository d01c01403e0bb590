// What a MAC covers, and the two ends of a signed transaction (RFC 8945 4.3, 5.2 to 5.4).
#include <fmt/format.h>

#include <algorithm>

#include "base/contract.h"
#include "dns/message_reader.h"
#include "dns/tsig.h"

namespace nomen::dns {

namespace {

constexpr uint32_t kMaxUnsignedInARow = 99;  // RFC 8945 5.3.1
constexpr size_t kLeastMacBytes = 10;        // RFC 8945 5.2.2.1
constexpr Rcode kBadSigError = Rcode{16};    // the number that EDNS calls BADVERS

Rcode error_of(TsigVerdict verdict) {
  switch (verdict) {
    case TsigVerdict::kBadKey:
      return Rcode::kBadKey;
    case TsigVerdict::kBadSig:
      return kBadSigError;
    case TsigVerdict::kBadTime:
      return Rcode::kBadTime;
    case TsigVerdict::kBadTrunc:
      return Rcode::kBadTrunc;
    default:
      return Rcode::kNoError;
  }
}

std::string error_text(Rcode error) {
  return error == kBadSigError ? "BADSIG" : to_string(error);
}

std::array<uint8_t, 6> time48(uint64_t time_s) {
  std::array<uint8_t, 6> bytes;
  store_u16(bytes.data(), static_cast<uint16_t>(time_s >> 32));
  store_u32(bytes.data() + 2, static_cast<uint32_t>(time_s));
  return bytes;
}

/// Whether a MAC of this size may come with this algorithm at all.
bool is_mac_size_possible(size_t size, crypto::DigestAlgorithm algorithm) {
  const size_t whole = crypto::digest_size(algorithm);
  return size <= whole && size >= std::max(kLeastMacBytes, whole / 2);
}

bool is_in_time(uint64_t now_s, const TsigRecord& tsig) {
  const uint64_t apart = now_s > tsig.time_signed_s ? now_s - tsig.time_signed_s : tsig.time_signed_s - now_s;
  return apart <= tsig.fudge_s;
}

/// The TSIG variables of RFC 8945 4.3.3, or only the times of 5.3.1.
void cover_variables(crypto::Hmac& mac, const TsigRecord& tsig, bool all) {
  std::array<uint8_t, 2 * kMaxNameBytes + 18> bytes;
  uint8_t* p = bytes.data();
  if (all) {
    p = std::transform(tsig.key_name.data(), tsig.key_name.data() + tsig.key_name.size(), p, lower);
    store_u16(p, number(RRClass::kAny));
    store_u32(p + 2, 0);
    p = std::transform(tsig.algorithm.data(), tsig.algorithm.data() + tsig.algorithm.size(), p + 6, lower);
  }
  const auto time = time48(tsig.time_signed_s);
  std::memcpy(p, time.data(), time.size());
  store_u16(p + 6, tsig.fudge_s);
  p += 8;
  if (all) {
    store_u16(p, static_cast<uint16_t>(tsig.error));
    store_u16(p + 2, static_cast<uint16_t>(tsig.other.size()));
    p += 4;
  }
  mac.update({bytes.data(), static_cast<size_t>(p - bytes.data())});
  if (all) mac.update(tsig.other);
}

/// Whether the MAC that came is the whole one or its beginning.
bool is_mac_right(Bytes came, const crypto::DigestValue& whole) {
  return came.size() <= whole.size() && crypto::equal_constant_time(came, whole.bytes().first(came.size()));
}

}  // namespace

/// A transaction with this key; nullptr: it is not known.
void TsigSession::begin(const TsigKey* key) {
  *this = TsigSession();
  signed_ = true;
  if (key == nullptr) return;
  key_ = key->prepared != nullptr ? key->prepared
                                  : std::make_shared<const crypto::HmacKey>(key->algorithm, key->secret);
  mac_size_ = key->mac_size();
}

/// Begins the next MAC with the prior one, its size in front (RFC 8945 4.3.1, 5.3.1), if there is any.
void TsigSession::begin_mac() {
  next_.emplace(*key_);
  if (prior_mac_.size() == 0) return;
  std::array<uint8_t, 2> size;
  store_u16(size.data(), static_cast<uint16_t>(prior_mac_.size()));
  next_->update(size).update(prior_mac_.bytes());
}

/// The MAC over `message`, which ends before its TSIG record but may count it already.
crypto::DigestValue TsigSession::mac_of(Bytes message, const TsigRecord& variables) {
  if (!next_) begin_mac();
  std::array<uint8_t, kHeaderBytes> header;
  std::memcpy(header.data(), message.data(), header.size());
  store_u16(header.data(), variables.original_id);
  if (variables.at != 0) store_u16(&header[10], static_cast<uint16_t>(load_u16(&header[10]) - 1));
  next_->update(header).update(message.subspan(kHeaderBytes));
  cover_variables(*next_, variables, all_variables_);
  const crypto::DigestValue mac = next_->finish();
  next_.reset();
  return mac;
}

void TsigSession::note_mac(Bytes mac) {
  prior_mac_ = crypto::DigestValue(mac);
  unsigned_in_a_row_ = 0;
}

// ---- a server

TsigVerdict TsigSession::verify_request(Bytes message, const TsigRecord& tsig, const TsigKey* key,
                                        uint64_t now_s) {
  NOMEN_REQUIRE(tsig.at >= kHeaderBytes && tsig.at <= message.size());
  begin(key);
  key_name_ = tsig.key_name;
  algorithm_name_ = tsig.algorithm;
  request_time_s_ = tsig.time_signed_s;
  if (key == nullptr || tsig.algorithm != tsig_algorithm_name(key->algorithm))
    return verdict_ = TsigVerdict::kBadKey;
  if (!is_mac_size_possible(tsig.mac.size(), key->algorithm)) return verdict_ = TsigVerdict::kFormErr;
  if (!is_mac_right(tsig.mac, mac_of(message.first(tsig.at), tsig))) return verdict_ = TsigVerdict::kBadSig;
  note_mac(tsig.mac);
  if (!is_in_time(now_s, tsig)) return verdict_ = TsigVerdict::kBadTime;
  if (tsig.mac.size() < mac_size_) return verdict_ = TsigVerdict::kBadTrunc;
  return verdict_ = TsigVerdict::kGood;
}

size_t TsigSession::sign_reply(MutableBytes message, size_t size, uint64_t now_s) {
  if (!signed_ || verdict_ == TsigVerdict::kFormErr) return size;
  TsigRecord tsig;
  tsig.key_name = key_name_;
  tsig.algorithm = algorithm_name_;
  tsig.time_signed_s = now_s;
  tsig.fudge_s = kTsigFudgeS;
  tsig.original_id = load_u16(message.data());
  tsig.error = error_of(verdict_);
  if (verdict_ == TsigVerdict::kBadKey || verdict_ == TsigVerdict::kBadSig)
    return append_tsig(message, size, tsig);
  const auto our_time = time48(now_s);
  if (verdict_ == TsigVerdict::kBadTime) {
    // The client can only believe what was signed in its own time (RFC 8945 5.2.3).
    tsig.time_signed_s = request_time_s_;
    tsig.other = our_time;
  }
  const crypto::DigestValue mac = mac_of(message.first(size), tsig);
  tsig.mac = mac.bytes().first(mac_size_);
  note_mac(tsig.mac);
  all_variables_ = false;
  return append_tsig(message, size, tsig);
}

size_t TsigSession::reply_bytes() const {
  if (!signed_ || verdict_ == TsigVerdict::kFormErr) return 0;
  const bool has_mac = verdict_ != TsigVerdict::kBadKey && verdict_ != TsigVerdict::kBadSig;
  const bool tells_time = verdict_ == TsigVerdict::kBadTime;
  return tsig_bytes(key_name_, algorithm_name_, has_mac ? mac_size_ : 0, tells_time ? time48(0).size() : 0);
}

// ---- a client

size_t TsigSession::sign_request(MutableBytes message, size_t size, const TsigKey& key, uint64_t now_s) {
  begin(&key);
  key_name_ = key.name;
  algorithm_name_ = Name(tsig_algorithm_name(key.algorithm));
  TsigRecord tsig;
  tsig.key_name = key_name_;
  tsig.algorithm = algorithm_name_;
  tsig.time_signed_s = now_s;
  tsig.fudge_s = kTsigFudgeS;
  tsig.original_id = load_u16(message.data());
  const crypto::DigestValue mac = mac_of(message.first(size), tsig);
  tsig.mac = mac.bytes().first(mac_size_);
  note_mac(tsig.mac);
  return append_tsig(message, size, tsig);
}

size_t TsigSession::request_bytes(const TsigKey& key) {
  return tsig_bytes(key.name, tsig_algorithm_name(key.algorithm), key.mac_size(), 0);
}

Result<void> TsigSession::take_unsigned(Bytes message) {
  if (all_variables_) return failure("reply is not signed");
  if (unsigned_in_a_row_ == kMaxUnsignedInARow)
    return failure(fmt::format("more than {} messages without a signature", kMaxUnsignedInARow));
  if (!next_) begin_mac();
  next_->update(message);
  unsigned_in_a_row_++;
  return {};
}

Result<void> TsigSession::check_reply(Bytes message, const TsigRecord& tsig, uint64_t now_s) {
  if (tsig.key_name != key_name_ || tsig.algorithm != algorithm_name_)
    return failure("reply is signed with another key than the request");
  if (tsig.mac.empty() && (tsig.error == Rcode::kBadKey || tsig.error == kBadSigError))
    return failure("tsig indicates error: " + error_text(tsig.error));
  if (!is_mac_size_possible(tsig.mac.size(), key_->algorithm()))
    return failure("tsig verify failure: size of the MAC");
  if (!is_mac_right(tsig.mac, mac_of(message.first(tsig.at), tsig)))
    return failure("tsig verify failure: BADSIG");
  note_mac(tsig.mac);
  all_variables_ = false;
  if (tsig.error == Rcode::kBadTime && tsig.other.size() == 6) {
    const uint64_t their_time_s = uint64_t{load_u16(tsig.other.data())} << 32 | load_u32(&tsig.other[2]);
    return failure(
        fmt::format("tsig indicates error: BADTIME: the peer's clock says {}, ours {}", their_time_s, now_s));
  }
  if (tsig.error != Rcode::kNoError) return failure("tsig indicates error: " + error_text(tsig.error));
  if (!is_in_time(now_s, tsig)) return failure("tsig verify failure: BADTIME");
  if (tsig.mac.size() < mac_size_) return failure("tsig verify failure: BADTRUNC");
  return {};
}

Result<void> TsigSession::verify_reply(Bytes message, uint64_t now_s) {
  NOMEN_REQUIRE(signed_);
  const auto tsig = find_tsig(message);
  if (!tsig) return std::unexpected(tsig.error());
  return *tsig ? check_reply(message, **tsig, now_s) : take_unsigned(message);
}

}  // namespace nomen::dns
