// How sockets are made: listening ones, bound to an address, and those that go to a server.
// Thread rule: free functions, any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"
#include "net/descriptor.h"

namespace nomen::net {

struct BindOptions {
  bool reuse_port = false;  ///< several sockets on one address, one for each worker (SO_REUSEPORT)
  bool free_bind = false;   ///< the address may come to this host later (IP_FREEBIND)
};

/// A non-blocking socket of the given type (SOCK_DGRAM, SOCK_STREAM) bound to `address`; IPv6 sockets take
/// IPv6 only. `prepare` runs between socket(2) and bind(2).
Result<Descriptor> bound_socket(int type, const SocketAddress& address, const BindOptions& options,
                                void (*prepare)(int fd, const SocketAddress& address));

/// A non-blocking socket on its way to `server` (a stream is still connecting), from `source` unless that is
/// of family kNone; a source of port 0 gets one that the kernel draws at random.
Result<Descriptor> connecting_socket(int type, const SocketAddress& server, const SocketAddress& source);

/// The address the socket has, with the port that the kernel chose where 0 was asked for.
SocketAddress local_address_of(int fd);

/// Sets an int option; false when the kernel refuses.
bool set_option(int fd, int level, int option, int value);

/// Asks for a buffer of so many octets; root gets it above the system's limit too, others what the system
/// lets them have. `forced` and `plain`: SO_RCVBUFFORCE and SO_RCVBUF, or SO_SNDBUFFORCE and SO_SNDBUF.
void set_buffer(int fd, int forced, int plain, int bytes);

/// A second descriptor of the same socket, for another worker; both wait at the same queue.
Result<Descriptor> shared_socket(const Descriptor& socket);

/// "what: reason" for errno.
std::string errno_text(std::string_view what, int error_number);

}  // namespace nomen::net
