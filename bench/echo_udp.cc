// echo_udp: what the kernel's socket path costs and nothing else. Takes datagrams by recvmmsg, sets the QR
// bit and returns them by sendmmsg: no server that uses ordinary sockets can be cheaper, and the bars of
// issue 2 are told as multiples of it.
//
//   echo_udp --port N [--address 127.0.0.1] [--threads 1] [--batch 64]
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kMaxDatagramBytes = 512;

int open_socket(const std::string& address, int port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  const int room = 1 << 20;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  for (int option : {SO_RCVBUFFORCE, SO_SNDBUFFORCE}) setsockopt(fd, SOL_SOCKET, option, &room, sizeof room);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1 ||
      bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) {
    throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port));
  }
  return fd;
}

void serve(int fd, size_t batch) {
  std::vector<mmsghdr> messages(batch);
  std::vector<iovec> parts(batch);
  std::vector<sockaddr_in> peers(batch);
  std::vector<uint8_t> bytes(batch * kMaxDatagramBytes);
  for (;;) {
    for (size_t i = 0; i < batch; i++) {
      parts[i] = {&bytes[i * kMaxDatagramBytes], kMaxDatagramBytes};
      messages[i].msg_hdr = {};
      messages[i].msg_hdr.msg_name = &peers[i];
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int got = recvmmsg(fd, messages.data(), static_cast<unsigned>(batch), MSG_WAITFORONE, nullptr);
    if (got <= 0) continue;
    for (size_t i = 0; i < static_cast<size_t>(got); i++) {
      bytes[i * kMaxDatagramBytes + 2] |= 0x80;
      parts[i].iov_len = messages[i].msg_len;
    }
    for (int sent = 0; sent < got;) {
      const int n = sendmmsg(fd, &messages[static_cast<size_t>(sent)], static_cast<unsigned>(got - sent), 0);
      if (n <= 0) break;
      sent += n;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const option words[] = {{"port", 1, nullptr, 'p'},
                          {"address", 1, nullptr, 'a'},
                          {"threads", 1, nullptr, 't'},
                          {"batch", 1, nullptr, 'b'},
                          {nullptr, 0, nullptr, 0}};
  std::string address = "127.0.0.1";
  int port = 0;
  int threads = 1;
  size_t batch = 64;
  for (int word; (word = getopt_long(argc, argv, "", words, nullptr)) != -1;) {
    switch (word) {
      case 'p':
        port = std::atoi(optarg);
        break;
      case 'a':
        address = optarg;
        break;
      case 't':
        threads = std::atoi(optarg);
        break;
      case 'b':
        batch = std::strtoull(optarg, nullptr, 10);
        break;
      default:
        return 2;
    }
  }
  try {
    std::vector<std::thread> others;
    for (int i = 1; i < threads; i++) others.emplace_back(serve, open_socket(address, port), batch);
    serve(open_socket(address, port), batch);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "echo_udp: %s\n", problem.what());
    return 1;
  }
}
