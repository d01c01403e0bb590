#include "answer/signature.h"

namespace nomen::answer {

bool Signature::read(Bytes message) {
  record_.reset();
  key_.reset();
  tried_ = false;
  session_ = {};
  auto found = dns::find_tsig(message);
  if (!found || !*found) return false;
  record_ = std::move(**found);
  return true;
}

const dns::Name* Signature::verify(Bytes message, const KeyRing& keys, uint32_t now_s) {
  const auto known = keys.find(record_->key_name);
  std::shared_ptr<const dns::TsigKey> key = known == keys.end() ? nullptr : known->second;
  if (!tried_ || key != key_) {
    session_ = {};
    session_.verify_request(message, *record_, key.get(), now_s);
    key_ = std::move(key);
    tried_ = true;
  }
  return session_.verdict() == dns::TsigVerdict::kGood ? &key_->name : nullptr;
}

}  // namespace nomen::answer
