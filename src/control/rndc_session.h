// The server's side of one control connection: bytes in, bytes out, no I/O. A client first sends a signed
// "null" and learns the server's nonce; each later message must carry it, so that a recorded conversation is
// worth nothing. What is not signed with a key of the channel, too old, from another time, or seen before is
// logged as BIND logs it and ends the connection without an answer.
// Thread rule: one thread for a session, its ReplayGuard and its Operations.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "control/limits.h"
#include "control/operations.h"
#include "control/rndc_message.h"

namespace nomen::control {

/// Who may do what on a channel: one `inet` clause of the controls statement.
struct ChannelAccess {
  std::vector<RndcKey> keys;
  bool read_only = false;
};

/// Remembers messages for as long as the clock window lets them pass. One for all channels of a server.
class ReplayGuard {
 public:
  /// False when this message was here before.
  bool is_new(uint32_t serial, uint32_t time_s, uint32_t now_s);

 private:
  struct Seen {
    uint64_t message;
    uint32_t until_s;
  };
  void forget(size_t keep, uint32_t now_s);

  std::unordered_set<uint64_t> seen_;
  std::deque<Seen> order_;  ///< in the order of arrival
};

class RndcSession {
 public:
  /// `nonce` is random and not 0. `peer` is for the log: "127.0.0.1#40000".
  RndcSession(std::shared_ptr<const ChannelAccess> access, ReplayGuard& replays, Operations& operations,
              uint32_t nonce, std::string peer);

  struct Step {
    std::vector<uint8_t> send;
    bool close = false;  ///< after sending
  };
  /// Takes what the connection brought, runs the commands that are complete, and gives their replies.
  Step receive(Bytes bytes, uint32_t now_s);

 private:
  Result<std::vector<uint8_t>> answer(Bytes frame, uint32_t now_s);
  const RndcKey* key_of(const ReceivedMessage& received) const;

  std::shared_ptr<const ChannelAccess> access_;
  ReplayGuard& replays_;
  Operations& operations_;
  uint32_t nonce_;
  std::string peer_;
  bool handshake_done_ = false;
  RndcFramer framer_{kMaxRequestBytes};
};

}  // namespace nomen::control
