// The signature of the request that is being answered (TSIG, RFC 8945): who signed it, as the keys of a view
// know, and the signature of the reply.
// Thread rule: belongs to one worker; one request after the other.
#pragma once
#include <memory>
#include <optional>

#include "answer/snapshot.h"
#include "dns/tsig.h"

namespace nomen::answer {

class Signature {
 public:
  /// Takes the TSIG record out of `message`, which stays where it is until the reply is begun; false when it
  /// is malformed.
  bool read(Bytes message);
  /// The request has no signature.
  void clear() { session_ = {}; }
  /// Whose signature it is: the name of a key of `keys`; nullptr when none of them has made it. What the keys
  /// of the last ring said is what the reply tells.
  const dns::Name* verify(Bytes message, const KeyRing& keys, uint32_t now_s);

  /// NOERROR, or why the request is not answered.
  dns::Rcode rcode() const { return dns::rcode_of(session_.verdict()); }
  size_t reply_bytes() const { return session_.reply_bytes(); }
  /// Signs the reply of `size` bytes in `out`; its new size.
  size_t sign(MutableBytes out, size_t size, uint32_t now_s) { return session_.sign_reply(out, size, now_s); }
  const dns::TsigSession& session() const { return session_; }
  /// That verify() has found to be the signer's.
  const std::shared_ptr<const dns::TsigKey>& key() const { return key_; }
  /// For a reply of many messages, or one that comes later: it goes on when the next request is answered.
  dns::TsigSession take_session() { return std::move(session_); }

 private:
  std::optional<dns::TsigRecord> record_;
  std::shared_ptr<const dns::TsigKey> key_;  ///< that the session has tried
  bool tried_ = false;
  dns::TsigSession session_;
};

}  // namespace nomen::answer
