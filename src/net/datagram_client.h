// One question to one server over UDP, and its answer: a connected socket of its own with a port that the
// kernel draws at random, so that only datagrams from that server and to that port come in (RFC 5452 9).
// Thread rule: the thread of the loop. Ownership: whoever asks; destroying it forgets the question.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace nomen::net {

struct DatagramQuestion {
  SocketAddress server;
  /// The address (and port, if not 0) to ask from; family kNone: what the kernel chooses.
  SocketAddress source;
  std::vector<uint8_t> message;
  uint32_t timeout_ms = 2000;  ///< for each try
  uint32_t tries = 3;
};

class DatagramClient final : private EventHandler, private Timer {
 public:
  /// Whether a datagram is the answer; one that is not is ignored, as a forged or late one must be.
  using IsAnswer = std::function<bool(Bytes)>;
  /// Called once, from the loop, with the answer or the reason why there is none. The client may be destroyed
  /// in it.
  using Done = std::function<void(Result<Bytes>)>;

  /// Sends at once. Fails when there is no socket to send from.
  static Result<std::unique_ptr<DatagramClient>> ask(EventLoop& loop, DatagramQuestion question,
                                                     IsAnswer is_answer, Done done);
  ~DatagramClient() override;

 private:
  DatagramClient(EventLoop& loop, DatagramQuestion question, IsAnswer is_answer, Done done);
  void on_ready(uint32_t events) override;
  void on_timer() override;
  void send();
  void end(Result<Bytes> result);

  EventLoop& loop_;
  DatagramQuestion question_;
  IsAnswer is_answer_;
  Done done_;
  Descriptor socket_;
  uint32_t sent_ = 0;
};

}  // namespace nomen::net
