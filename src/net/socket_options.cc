#include "net/socket_options.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/os/file.h"

namespace nomen::net {

std::string errno_text(std::string_view what, int error_number) {
  return std::string(what) + ": " + os::system_error_text(error_number);
}

bool set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void set_buffer(int fd, int forced, int plain, int bytes) {
  if (!set_option(fd, SOL_SOCKET, forced, bytes)) set_option(fd, SOL_SOCKET, plain, bytes);
}

Result<Descriptor> shared_socket(const Descriptor& socket) {
  Descriptor second(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  if (!second.valid()) return failure(errno_text("dup", errno));
  return second;
}

SocketAddress local_address_of(int fd) {
  SocketAddress address;
  socklen_t size = SocketAddress::kCapacity;
  return getsockname(fd, address.raw(), &size) == 0 ? address : SocketAddress();
}

Result<Descriptor> bound_socket(int type, const SocketAddress& address, const BindOptions& options,
                                void (*prepare)(int fd, const SocketAddress& address)) {
  Descriptor socket(::socket(address.raw()->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failure(errno_text("socket", errno));
  int fd = socket.get();
  // A TCP address must be free again at once after a restart; for UDP this option would let a second server
  // in.
  if (type == SOCK_STREAM) set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1))
    return failure(errno_text("SO_REUSEPORT", errno));
  if (address.is_v6() && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))
    return failure(errno_text("IPV6_V6ONLY", errno));
  if (options.free_bind) {
    bool done = address.is_v6() ? set_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1)
                                : set_option(fd, IPPROTO_IP, IP_FREEBIND, 1);
    if (!done) return failure(errno_text("IP_FREEBIND", errno));
  }
  prepare(fd, address);
  if (bind(fd, address.raw(), address.raw_size()) != 0) return failure(errno_text("bind", errno));
  return socket;
}

Result<Descriptor> connecting_socket(int type, const SocketAddress& server, const SocketAddress& source) {
  Descriptor socket(::socket(server.raw()->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return failure(errno_text("socket", errno));
  if (source.family() != IpFamily::kNone) {
    // Many transfers may leave from one address: its port is chosen when it is known where they go.
    if (type == SOCK_STREAM) {
      set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
      if (source.port() == 0) set_option(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    }
    if (bind(socket.get(), source.raw(), source.raw_size()) != 0)
      return failure(errno_text("bind to " + source.to_string(), errno));
  }
  if (connect(socket.get(), server.raw(), server.raw_size()) != 0 && errno != EINPROGRESS)
    return failure(errno_text(server.to_string(), errno));
  return socket;
}

}  // namespace nomen::net
