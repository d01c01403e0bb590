#include "control/rndc_session.h"

#include <algorithm>

#include "base/contract.h"
#include "base/log.h"
#include "control/commands.h"

namespace nomen::control {

bool ReplayGuard::is_new(uint32_t serial, uint32_t time_s, uint32_t now_s) {
  forget(kMaxRememberedSerials - 1, now_s);
  const uint64_t message = static_cast<uint64_t>(serial) << 32 | time_s;
  if (!seen_.insert(message).second) return false;
  // A message dated `time_s` passes the clock check until then.
  order_.push_back({message, time_s + kClockWindow_s});
  return true;
}

void ReplayGuard::forget(size_t keep, uint32_t now_s) {
  while (!order_.empty() && (order_.size() > keep || order_.front().until_s < now_s)) {
    seen_.erase(order_.front().message);
    order_.pop_front();
  }
}

RndcSession::RndcSession(std::shared_ptr<const ChannelAccess> access, ReplayGuard& replays,
                         Operations& operations, uint32_t nonce, std::string peer)
    : access_(std::move(access)),
      replays_(replays),
      operations_(operations),
      nonce_(nonce),
      peer_(std::move(peer)) {
  NOMEN_REQUIRE(nonce != 0);
}

RndcSession::Step RndcSession::receive(Bytes bytes, uint32_t now_s) {
  Step step;
  framer_.append(bytes);
  while (true) {
    const Result<std::optional<std::vector<uint8_t>>> frame = framer_.next();
    Result<std::vector<uint8_t>> reply;
    if (!frame) {
      reply = std::unexpected(frame.error());
    } else if (!*frame) {
      return step;
    } else {
      reply = answer(**frame, now_s);
    }
    if (!reply) {
      log(LogCategory::kGeneral, LogSeverity::kError, "control", "invalid command from {}: {}", peer_,
          reply.error().text);
      step.close = true;
      return step;
    }
    step.send.insert(step.send.end(), reply->begin(), reply->end());
  }
}

const RndcKey* RndcSession::key_of(const ReceivedMessage& received) const {
  const auto key = std::find_if(access_->keys.begin(), access_->keys.end(),
                                [&](const RndcKey& k) { return received.is_signed_with(k); });
  return key == access_->keys.end() ? nullptr : &*key;
}

Result<std::vector<uint8_t>> RndcSession::answer(Bytes frame, uint32_t now_s) {
  const Result<ReceivedMessage> received = ReceivedMessage::parse(frame);
  if (!received) return std::unexpected(received.error());
  const RndcKey* key = key_of(*received);
  if (key == nullptr) return failure("bad auth");

  const RndcMessage& request = received->message();
  if (request.is_reply) return failure("failure");
  const uint32_t distance_s = std::max(request.time_s, now_s) - std::min(request.time_s, now_s);
  if (distance_s > kClockWindow_s) return failure("clock skew");
  if (request.expires_s && now_s > *request.expires_s) return failure("expired");
  if (!replays_.is_new(request.serial, request.time_s, now_s)) return failure("duplicate");
  if (handshake_done_ && request.nonce != nonce_) return failure("bad auth");

  // The first message only opens the conversation: a command in it is not run, it could be a replay.
  CommandResult result;
  if (handshake_done_) result = run_command(operations_, request.command, access_->read_only, key->name);
  handshake_done_ = true;

  RndcMessage reply;
  reply.serial = request.serial;
  reply.time_s = now_s;
  reply.expires_s = now_s + kMessageLifetime_s;
  reply.nonce = nonce_;
  reply.is_reply = true;
  reply.command = request.command;
  if (result.text.size() + request.command.size() > kMaxReplyBytes - 1024)
    result = {ResultCode::kNoSpace, {}};
  reply.result = static_cast<uint32_t>(result.code);
  if (result.code != ResultCode::kSuccess) reply.error = to_string(result.code);
  if (!result.text.empty()) reply.text = std::move(result.text);
  return encode_message(reply, *key);
}

}  // namespace nomen::control
