// One message to one server over a stream of its own, through TLS where that is asked for, and the answer:
// what DatagramClient is for UDP. Thread rule: the thread of the loop. Ownership: whoever asks; destroying it
// forgets the question.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "net/stream_client.h"

namespace nomen::net {

struct StreamQuestionOptions {
  SocketAddress server;
  /// The address to ask from; family kNone: what the kernel chooses.
  SocketAddress source;
  std::vector<uint8_t> message;
  StreamClientTimeouts timeouts;
  StreamClient::TlsContextPtr tls;  ///< nullptr: plain TCP
};

class StreamQuestion final : private StreamClientHandler {
 public:
  /// Called once, from the loop, with the answer or the reason why there is none ("timed out"). The question
  /// may be destroyed in it.
  using Done = std::function<void(Result<Bytes>)>;

  /// Begins at once. Fails when there is no socket to ask from.
  static Result<std::unique_ptr<StreamQuestion>> ask(EventLoop& loop, StreamQuestionOptions question,
                                                     Done done);

 private:
  explicit StreamQuestion(Done done) : done_(std::move(done)) {}
  void on_message(Bytes message) override { end(message); }
  void on_end(const Error& why) override { end(std::unexpected(why)); }
  void end(Result<Bytes> result);

  Done done_;
  std::unique_ptr<StreamClient> stream_;
};

}  // namespace nomen::net
