// One side of one TLS connection, without a socket: octets that came go in, and out come what they say and
// what is to be sent. Whatever carries them (net/) sees to timeouts and to how much is under way.
// Thread rule: belongs to one thread. Memory: bounded by the records of TLS, some 40 kB while they are read.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/tls_context.h"

struct ssl_st;

namespace nomen::crypto {

/// What a session may hold of a record that has not come as a whole: 16 kB, what a cipher adds, its head.
inline constexpr size_t kTlsHeldBytes = 16'384 + 2'048 + 64;

class TlsSession {
 public:
  enum class State : uint8_t {
    kHandshake,  ///< nothing may be sent yet
    kOpen,
    kPeerClosed,  ///< the other side has said that it sends no more (close_notify); we still may
    kFailed       ///< see reason(); what was put out is an alert for the other side
  };

  /// The side of the server.
  explicit TlsSession(std::shared_ptr<const TlsContext> context);
  /// The side of the client; `address`, "192.0.2.1", is what the certificate must be for where no other name
  /// is expected. Puts out the client's hello.
  TlsSession(std::shared_ptr<const TlsContext> context, const std::string& address,
             std::vector<uint8_t>& out);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  /// Takes all of `input`; returns how many octets of `plain` it filled, which has room for kTlsHeldBytes
  /// more than the input has. Appends to `out` what is to be sent.
  size_t receive(Bytes input, MutableBytes plain, std::vector<uint8_t>& out);
  /// Appends `plain`, sealed, to `out`; nothing in a state in which that cannot be.
  void send(Bytes plain, std::vector<uint8_t>& out);
  /// Appends a close_notify to `out`: nothing comes after it.
  void close(std::vector<uint8_t>& out);

  State state() const { return state_; }
  bool may_send() const { return state_ == State::kOpen || state_ == State::kPeerClosed; }
  /// Why it failed, in words that begin with "TLS".
  const std::string& reason() const { return reason_; }
  /// Both sides have agreed on "dot": what zone transfers need (RFC 9103).
  bool speaks_dot() const;

 private:
  struct Free {
    void operator()(ssl_st* session) const;
  };
  struct Pipe {
    Bytes input;
    std::vector<uint8_t>* out = nullptr;
  };
  friend struct TlsPipe;

  void begin();
  void expect_server(const std::string& address);
  void shake_hands();
  void fail();

  std::shared_ptr<const TlsContext> context_;
  Pipe pipe_;
  std::unique_ptr<ssl_st, Free> session_;
  State state_ = State::kHandshake;
  std::string reason_;
};

}  // namespace nomen::crypto
