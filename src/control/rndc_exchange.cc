#include "control/rndc_exchange.h"

namespace nomen::control {

RndcExchange::RndcExchange(RndcKey key, std::string command, uint32_t serial)
    : key_(std::move(key)), command_(std::move(command)), serial_(serial) {}

std::vector<uint8_t> RndcExchange::request(std::string command, uint32_t now_s) {
  RndcMessage message;
  message.serial = ++serial_;
  message.time_s = now_s;
  message.expires_s = now_s + kMessageLifetime_s;
  message.nonce = nonce_;
  message.command = std::move(command);
  return encode_message(message, key_);
}

std::vector<uint8_t> RndcExchange::start(uint32_t now_s) {
  return request("null", now_s);
}

Result<RndcExchange::Step> RndcExchange::receive(Bytes bytes, uint32_t now_s) {
  framer_.append(bytes);
  const Result<std::optional<std::vector<uint8_t>>> frame = framer_.next();
  if (!frame) return std::unexpected(frame.error());
  if (!*frame) return Step{};
  const Result<ReceivedMessage> received = ReceivedMessage::parse(**frame);
  if (!received) return std::unexpected(received.error());
  if (!received->is_signed_with(key_)) return failure("bad auth");
  const RndcMessage& message = received->message();
  if (!message.is_reply || message.serial != serial_) return failure("unexpected reply");

  Step step;
  if (!nonce_) {
    if (!message.nonce) return failure("the server gave no nonce");
    nonce_ = message.nonce;
    step.send = request(command_, now_s);
    return step;
  }
  step.reply = RndcReply{message.result.value_or(0), message.error, message.text.value_or("")};
  return step;
}

}  // namespace nomen::control
