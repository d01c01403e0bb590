// A connection that we open to a server: DNS messages with their two octets of length go out and come in
// (RFC 7766), through TLS where that is asked for (RFC 7858, RFC 9103); never without it then. For transfers
// and for questions that did not fit into UDP.
// Thread rule: the thread of the loop. Ownership: whoever opened it; destroying it closes it.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/tls_session.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace nomen::net {

class StreamClientHandler {
 public:
  /// The connection stands, TLS included.
  virtual void on_connected() {}
  /// A whole message; valid during the call. The client may be destroyed in it.
  virtual void on_message(Bytes message) = 0;
  /// Called once: the connection failed, timed out, or the server closed it ("end of file"). The client may
  /// be destroyed in it.
  virtual void on_end(const Error& why) = 0;

 protected:
  ~StreamClientHandler() = default;
};

/// In milliseconds.
struct StreamClientTimeouts {
  uint32_t connect_ms = 15'000;    ///< until the connection stands, TLS included
  uint32_t idle_ms = 60'000;       ///< between the bytes of the server
  uint64_t total_ms = UINT64_MAX;  ///< of everything
};

class StreamClient final : private EventHandler, private Timer {
 public:
  using TlsContextPtr = std::shared_ptr<const crypto::TlsContext>;

  /// `source`: the address to come from, whatever its port; of family kNone: what the kernel chooses.
  /// `handler` outlives the client. With `tls` the server is to speak TLS and the protocol "dot".
  static Result<std::unique_ptr<StreamClient>> open(EventLoop& loop, const SocketAddress& server,
                                                    const SocketAddress& source,
                                                    const StreamClientTimeouts& timeouts,
                                                    StreamClientHandler& handler,
                                                    TlsContextPtr tls = nullptr);
  ~StreamClient() override;

  /// Queues a message of 1 to 65535 octets; it leaves as soon as the connection stands.
  void send(Bytes message);
  const SocketAddress& server() const { return server_; }
  /// Our end; of a connection that stands.
  SocketAddress local() const;
  /// While paused nothing is read, and the server waits.
  void pause(bool paused);

 private:
  StreamClient(EventLoop& loop, const SocketAddress& server, const StreamClientTimeouts& timeouts,
               StreamClientHandler& handler, TlsContextPtr tls);
  void on_ready(uint32_t events) override;
  void on_timer() override;
  bool finish_connecting();
  void stand();
  bool flush();
  void read();
  void take_sealed(Bytes input);
  void say_goodbye();
  void deliver_whole_messages();
  void watch();
  void end(std::string why);
  void arm();

  EventLoop& loop_;
  SocketAddress server_;
  StreamClientTimeouts timeouts_;
  StreamClientHandler& handler_;
  Descriptor socket_;
  TlsContextPtr tls_context_;
  std::unique_ptr<crypto::TlsSession> tls_;  ///< once TCP stands
  std::vector<uint8_t> waiting_;             ///< messages that wait for TLS
  std::vector<uint8_t> queue_;               ///< what is to be sent, from sent_ on
  size_t sent_ = 0;
  std::vector<uint8_t> sealed_;  ///< what was read and goes through TLS; kStreamReadBytes
  std::vector<uint8_t> input_;   ///< room for a read and one message; filled to input_size_
  size_t input_size_ = 0;
  uint64_t opened_ms_ = 0;
  uint64_t active_ms_ = 0;
  bool connected_ = false;  ///< it stands
  bool paused_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  ///< expires with the client
};

}  // namespace nomen::net
