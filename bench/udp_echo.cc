// The cost of net/'s way of a datagram, without any DNS: a UdpListener on an event loop that gives every
// datagram back with the QR bit set. Beside a bare recvmmsg/sendmmsg echo it shows what the layer adds.
//
//   bench_udp_echo ADDRESS#PORT [pktinfo]
#include <fmt/format.h>

#include <string_view>

#include "net/udp_listener.h"

namespace {

using namespace nomen::net;

class Echo final : public DatagramHandler {
 public:
  void handle(std::span<Datagram> batch) override {
    for (Datagram& datagram : batch) datagram.data[2] |= 0x80;
  }
};

int serve(const UdpOptions& options) {
  auto loop = EventLoop::create();
  UdpBatch batch;
  Echo echo;
  auto listener = UdpListener::create(options, batch, echo);
  if (!loop || !listener) {
    fmt::print(stderr, "{}\n", !loop ? loop.error().text : listener.error().text);
    return 1;
  }
  if (auto attached = (*listener)->attach(**loop); !attached) {
    fmt::print(stderr, "{}\n", attached.error().text);
    return 1;
  }
  (*loop)->run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  auto address = argc > 1 ? SocketAddress::parse(argv[1]) : std::nullopt;
  if (!address) {
    fmt::print(stderr, "usage: bench_udp_echo ADDRESS#PORT [pktinfo]\n");
    return 2;
  }
  return serve({.address = *address,
                .bind = {},
                .learn_local_address = argc > 2 && std::string_view(argv[2]) == "pktinfo"});
}
