// Transaction signatures (TSIG, RFC 8945): keys, signing and verifying single messages, and answers that are
// many messages long (transfers, 5.3.1). Time comes in as a value. Nothing here looks a key up: whoever
// calls has a ring of keys and says which.
// The way of a signed request:  find_tsig() -> find the key -> TsigSession::verify_request() -> the reply is
// signed by the same session. The way of a client: TsigSession::sign_request() -> verify_reply() per message.
// Thread rule: values; a TsigSession belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hmac.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::dns {

inline constexpr uint16_t kTsigFudgeS = 300;  // RFC 8945 10: the recommended value, and BIND's

/// HMAC-MD5 to HMAC-SHA512, each with its name on the wire (RFC 8945 6).
std::optional<crypto::DigestAlgorithm> tsig_algorithm(NameView name);
/// "hmac-sha256." and for MD5 "hmac-md5.sig-alg.reg.int.".
NameView tsig_algorithm_name(crypto::DigestAlgorithm algorithm);

struct TsigKey {
  Name name;
  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::kSha256;
  /// Bits of the MAC that are sent and asked for ("hmac-sha256-128"); 0: all (RFC 8945 5.2.2.1).
  uint16_t digest_bits = 0;
  std::vector<uint8_t> secret;
  /// What the secret contributes to every MAC; made by prepare(). Sessions share it.
  std::shared_ptr<const crypto::HmacKey> prepared;

  /// To be called once secret and algorithm are set: without it each session works that out by itself.
  void prepare() { prepared = std::make_shared<const crypto::HmacKey>(algorithm, secret); }
  /// The length in bytes of a MAC made with this key.
  size_t mac_size() const;
};

/// A TSIG record taken apart. Its bytes lie in the message it was found in.
struct TsigRecord {
  Name key_name;
  Name algorithm;
  uint64_t time_signed_s = 0;  ///< 48 bits
  uint16_t fudge_s = 0;
  Bytes mac;
  uint16_t original_id = 0;
  Rcode error = Rcode::kNoError;
  Bytes other;
  size_t at = 0;  ///< where the record begins: the message without it ends here
};

/// The TSIG record of a message: nothing when there is none; fails (FORMERR) when there are two, when it is
/// not the last record of the additional section (RFC 8945 5.1), or when it is malformed.
Result<std::optional<TsigRecord>> find_tsig(Bytes message);

/// What verifying came to: the error that the reply's TSIG carries.
enum class TsigVerdict : uint8_t {
  kGood,
  kBadKey,    ///< no such key, or another algorithm than the key's; the reply is not signed (5.2.1)
  kBadSig,    ///< the reply is not signed (5.2.2)
  kBadTime,   ///< the reply is signed and tells our time (5.2.3)
  kBadTrunc,  ///< MAC shorter than we ask for (5.2.2.1); the reply is signed
  kFormErr,   ///< MAC longer than the digest or shorter than max(10, half); the reply has no TSIG
};
/// "BADSIG" as BIND's logs and dig say it.
std::string_view to_string(TsigVerdict verdict);
/// The response code of a reply to such a request: NOERROR stands for "go on".
Rcode rcode_of(TsigVerdict verdict);

/// Appends a TSIG record to a message of `size` bytes and raises its ARCOUNT; the result is the new size.
/// `message.size()` is the room; tsig_bytes() must fit.
size_t append_tsig(MutableBytes message, size_t size, const TsigRecord& tsig);
size_t tsig_bytes(NameView key_name, NameView algorithm, size_t mac_bytes, size_t other_bytes);

/// Both ends of one transaction: keeps what the next MAC must cover.
class TsigSession {
 public:
  TsigSession() = default;

  // --- a server
  /// Verifies a request, of which `tsig` is the record; `key` is nullptr when there is none of that name.
  /// What is found is kept for the reply.
  TsigVerdict verify_request(Bytes message, const TsigRecord& tsig, const TsigKey* key, uint64_t now_s);
  /// Appends the TSIG record to a reply (or to the next message of a long one); the ARCOUNT is raised.
  /// `message.size()` is the room, `size` the message so far; the result is the new size. The caller has left
  /// reply_bytes() of room. Each message of a long reply is signed (5.3.1 asks for the first and last). An
  /// answer to a bad request carries the verdict's error.
  size_t sign_reply(MutableBytes message, size_t size, uint64_t now_s);
  /// How many bytes sign_reply() adds; 0 when nothing is to be added (the request was not signed).
  size_t reply_bytes() const;

  // --- a client
  size_t sign_request(MutableBytes message, size_t size, const TsigKey& key, uint64_t now_s);
  /// How many bytes sign_request() adds.
  static size_t request_bytes(const TsigKey& key);
  /// Verifies the next message of the reply. Messages in the middle of a long one may be unsigned: success
  /// then means "so far"; at most 99 in a row (5.3.1), and is_complete() tells whether the last one was
  /// signed. An error that the peer's TSIG tells (BADTIME ...) fails with its words.
  Result<void> verify_reply(Bytes message, uint64_t now_s);
  bool is_complete() const { return unsigned_in_a_row_ == 0; }

  bool is_signed() const { return signed_; }
  TsigVerdict verdict() const { return verdict_; }

 private:
  void begin(const TsigKey* key);
  crypto::DigestValue mac_of(Bytes message, const TsigRecord& variables);
  void begin_mac();
  void note_mac(Bytes mac);
  Result<void> take_unsigned(Bytes message);
  Result<void> check_reply(Bytes message, const TsigRecord& tsig, uint64_t now_s);

  std::shared_ptr<const crypto::HmacKey> key_;  ///< nullptr: the key is not known
  size_t mac_size_ = 0;                         ///< that is sent and asked for
  Name key_name_;                               ///< both as the request wrote them
  Name algorithm_name_;
  crypto::DigestValue prior_mac_;     ///< of the request, then of the last signed message
  std::optional<crypto::Hmac> next_;  ///< the next MAC has begun: with the prior one and unsigned messages
  uint64_t request_time_s_ = 0;
  uint32_t unsigned_in_a_row_ = 0;
  TsigVerdict verdict_ = TsigVerdict::kGood;
  bool signed_ = false;
  bool all_variables_ = true;  ///< of the request and of the first message of the reply; then only the times
};

}  // namespace nomen::dns
