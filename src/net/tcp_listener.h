// A listening TCP socket of one worker: accepts clients within the quotas and gives them to the table.
// When there is no room (tcp-clients reached, or no file descriptor left), a connection that has been idle
// for a while gives way; is there none, the listener rests, and clients wait in the kernel's queue until
// there is. Thread rule: the worker's thread only; create() may run in another one before the listener is
// attached.
#pragma once
#include <memory>
#include <string_view>

#include "net/connection_table.h"
#include "net/socket_options.h"

namespace nomen::net {

struct TcpOptions {
  SocketAddress address;  ///< port 0: the kernel chooses, see TcpListener::address()
  BindOptions bind;
  int backlog = 10;              ///< named.conf: tcp-listen-queue
  int receive_buffer_bytes = 0;  ///< of the connections; 0: the system chooses, and changes it as it needs
  int send_buffer_bytes = 0;
  /// A limit for this listener beside the table's (may be shared with other workers' listeners), or none.
  std::shared_ptr<ConnectionQuota> quota;
  /// Clients speak TLS; nullptr: they do not.
  std::shared_ptr<const crypto::TlsContext> tls;
};

class TcpListener final : public Entrance, private EventHandler, private Timer {
 public:
  /// Binds and listens. `handler` outlives the listener and its connections.
  static Result<std::unique_ptr<TcpListener>> create(const TcpOptions& options, StreamHandler& handler);
  /// Another listener at this one's socket, for another worker: whoever is first accepts a client.
  Result<std::unique_ptr<TcpListener>> share(StreamHandler& handler) const;
  ~TcpListener() override;

  /// In the loop's thread: from now on clients are accepted into `table`. Destroyed (or detached) there too;
  /// its connections live on in the table.
  Result<void> attach(ConnectionTable& table);
  void detach();

  /// For those who come from now on; only of a listener that has had one.
  void set_tls(std::shared_ptr<const crypto::TlsContext> tls);

  const SocketAddress& address() const { return address_; }
  int fd() const { return socket_.get(); }
  /// Whether it rests because there is no room.
  bool resting() const { return resting_; }

 private:
  TcpListener(std::shared_ptr<ConnectionQuota> quota, std::shared_ptr<const crypto::TlsContext> tls,
              StreamHandler& handler);
  void on_ready(uint32_t events) override;
  void on_timer() override;
  void watch(bool by_epoll) override;
  bool look() override;
  void update_interest();
  uint32_t waiting_clients() const;
  void accept(uint32_t most);
  bool accept_one(bool first);
  bool acquire_place();
  void release_place();
  void rest(std::string_view reason);

  Descriptor socket_;
  SocketAddress address_;
  StreamHandler& handler_;
  std::shared_ptr<ConnectionQuota> quota_;
  std::shared_ptr<const crypto::TlsContext> tls_;
  ConnectionTable* table_ = nullptr;
  bool resting_ = false;
  bool watched_ = true;  ///< by epoll, when it does not rest
  bool told_ = false;    ///< the present shortage was logged
};

}  // namespace nomen::net
