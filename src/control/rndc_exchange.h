// The client's side of one command: bytes in, bytes out, no I/O. It greets with "null", learns the nonce,
// sends the command and takes the reply. Thread rule: a value, used by one thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/limits.h"
#include "control/rndc_message.h"

namespace nomen::control {

struct RndcReply {
  uint32_t result = 0;
  std::optional<std::string> error;  ///< there when the command failed
  std::string text;
};

class RndcExchange {
 public:
  /// `serial` is random: the first of the two messages has the one after it, the second the next.
  RndcExchange(RndcKey key, std::string command, uint32_t serial);

  /// What to send first.
  std::vector<uint8_t> start(uint32_t now_s);

  struct Step {
    std::vector<uint8_t> send;
    std::optional<RndcReply> reply;  ///< the end of the exchange
  };
  /// Takes bytes of the server. Errors: a reply that is no reply, or not signed with the key ("bad auth").
  Result<Step> receive(Bytes bytes, uint32_t now_s);

 private:
  std::vector<uint8_t> request(std::string command, uint32_t now_s);

  RndcKey key_;
  std::string command_;
  uint32_t serial_;
  std::optional<uint32_t> nonce_;
  RndcFramer framer_{kMaxReplyBytes};
};

}  // namespace nomen::control
