// load_axfr: takes one zone by AXFR over TCP and throws it away: what a client costs at least.
//
//   load_axfr --port N --zone NAME [--server 127.0.0.1]
//
// Prints {"seconds", "records", "messages", "bytes", "cpu_s"}; ends with 1 when the zone does not come whole.
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr size_t kHeaderBytes = 12;
constexpr unsigned kSoa = 6;
constexpr size_t kBufferBytes = size_t{1} << 20;

struct Totals {
  uint64_t records = 0;
  uint64_t messages = 0;
  uint64_t bytes = 0;
  unsigned soas = 0;
};

unsigned u16(const uint8_t* p) {
  return static_cast<unsigned>(p[0] << 8 | p[1]);
}

std::vector<uint8_t> request(const std::string& zone) {
  std::vector<uint8_t> wire = {0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  size_t at = 0;
  while (at < zone.size() && zone[at] != '.') {
    const size_t end = std::min(zone.find('.', at), zone.size());
    wire.push_back(static_cast<uint8_t>(end - at));
    wire.insert(wire.end(), zone.begin() + static_cast<std::ptrdiff_t>(at),
                zone.begin() + static_cast<std::ptrdiff_t>(end));
    at = end + 1;
  }
  for (const uint8_t octet : {0, 0, 252, 0, 1}) wire.push_back(octet);
  wire[1] = static_cast<uint8_t>(wire.size() - 2);
  return wire;
}

const uint8_t* behind_name(const uint8_t* p, const uint8_t* end) {
  while (p < end && *p != 0) {
    if (*p >= 0xc0) return p + 2;
    p += *p + 1;
  }
  return p + 1;
}

void count(const uint8_t* message, size_t size, Totals& totals) {
  const uint8_t* const end = message + size;
  if (size < kHeaderBytes || (message[3] & 15) != 0) throw std::runtime_error("the server refuses");
  const uint8_t* p = message + kHeaderBytes;
  for (unsigned i = u16(message + 4); i > 0; i--) p = behind_name(p, end) + 4;
  for (unsigned i = u16(message + 6); i > 0; i--) {
    p = behind_name(p, end);
    if (p + 10 > end) throw std::runtime_error("a record is cut off");
    if (u16(p) == kSoa) totals.soas++;
    p += 10 + u16(p + 8);
    totals.records++;
  }
  totals.messages++;
  totals.bytes += size + 2;
}

int connected(const std::string& server, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (inet_pton(AF_INET, server.c_str(), &to.sin_addr) != 1 ||
      ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect");
  return fd;
}

Totals take(int fd) {
  Totals totals;
  std::vector<uint8_t> buffer(kBufferBytes);
  size_t held = 0;
  while (totals.soas < 2) {
    const ssize_t n = ::recv(fd, buffer.data() + held, buffer.size() - held, 0);
    if (n <= 0) throw std::runtime_error("the connection ended early");
    held += static_cast<size_t>(n);
    size_t at = 0;
    while (held - at >= 2 && held - at - 2 >= u16(&buffer[at])) {
      count(&buffer[at + 2], u16(&buffer[at]), totals);
      at += 2 + u16(&buffer[at]);
    }
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(at),
              buffer.begin() + static_cast<std::ptrdiff_t>(held), buffer.begin());
    held -= at;
  }
  return totals;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

int main(int argc, char** argv) try {
  std::string server = "127.0.0.1", zone;
  int port = 0;
  const option words[] = {
      {"server", 1, nullptr, 's'}, {"port", 1, nullptr, 'p'}, {"zone", 1, nullptr, 'z'}, {}};
  for (int letter; (letter = getopt_long(argc, argv, "", words, nullptr)) != -1;) {
    if (letter == 's') server = optarg;
    if (letter == 'p') port = std::atoi(optarg);
    if (letter == 'z') zone = optarg;
    if (letter == '?') return 2;
  }
  const auto begun = std::chrono::steady_clock::now();
  const int fd = connected(server, port);
  const std::vector<uint8_t> wire = request(zone);
  if (::send(fd, wire.data(), wire.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("cannot send");
  const Totals totals = take(fd);
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  std::printf(R"({"seconds": %.6f, "records": %llu, "messages": %llu, "bytes": %llu, "cpu_s": %.6f})"
              "\n",
              elapsed, static_cast<unsigned long long>(totals.records),
              static_cast<unsigned long long>(totals.messages), static_cast<unsigned long long>(totals.bytes),
              seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "load_axfr: %s\n", problem.what());
  return 1;
}
