// load_update: a closed loop of dynamic updates over UDP, each of which adds one A record under a new name
// and is signed with TSIG (hmac-sha256, RFC 8945). A fixed window of them is on its way at any time; one that
// is not answered in time is lost, and another one takes its place. It must be faster than any server: what a
// key contributes to a MAC is worked out once, and replies are read, and the next updates sent, many at a
// time.
//
//   load_update --port N --zone NAME [--server 127.0.0.1] [--seconds 1] [--window 128] [--key NAME:BASE64]
//               [--prefix x] [--timeout-ms 2000]
//
// Prints one JSON object: acknowledged updates, their rate, response codes, lost ones, and latencies.
#define OPENSSL_SUPPRESS_DEPRECATED  // for a hash whose state is a plain value
#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace nomen::bench {
namespace {

using Octets = std::vector<uint8_t>;

struct Options {
  std::string server = "127.0.0.1";
  int port = 0;
  std::string zone;
  double seconds = 1;
  size_t window = 128;
  std::string key_name;
  Octets secret;
  std::string prefix = "x";
  uint64_t timeout_ms = 2000;
};

uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void put(Octets& out, uint64_t value, int octets) {
  while (octets-- > 0) out.push_back(static_cast<uint8_t>(value >> (8 * octets)));
}

// A name without escapes.
Octets wire_name(const std::string& text) {
  Octets out;
  for (size_t at = 0; at < text.size();) {
    const size_t dot = std::min(text.find('.', at), text.size());
    if (dot > at) {
      out.push_back(static_cast<uint8_t>(dot - at));
      out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                 text.begin() + static_cast<std::ptrdiff_t>(dot));
    }
    at = dot + 1;
  }
  out.push_back(0);
  return out;
}

void append(Octets& out, const Octets& more) {
  out.insert(out.end(), more.begin(), more.end());
}

using Mac = std::array<uint8_t, SHA256_DIGEST_LENGTH>;

// HMAC with SHA-256 (RFC 2104); copies of the two hashes that have begun with the key save half of the work.
class HmacKey {
 public:
  explicit HmacKey(Octets key) {
    if (key.size() > SHA256_CBLOCK) {
      Mac shorter{};
      SHA256(key.data(), key.size(), shorter.data());
      key.assign(shorter.begin(), shorter.end());
    }
    key.resize(SHA256_CBLOCK);
    begin(key, 0x36, inner_);
    begin(key, 0x5c, outer_);
  }

  Mac mac(const Octets& data) const {
    Mac out{};
    SHA256_CTX hash = inner_;
    SHA256_Update(&hash, data.data(), data.size());
    SHA256_Final(out.data(), &hash);
    hash = outer_;
    SHA256_Update(&hash, out.data(), out.size());
    SHA256_Final(out.data(), &hash);
    return out;
  }

 private:
  static void begin(Octets key, uint8_t pad, SHA256_CTX& hash) {
    for (uint8_t& octet : key) octet ^= pad;
    SHA256_Init(&hash);
    SHA256_Update(&hash, key.data(), key.size());
  }
  SHA256_CTX inner_{};
  SHA256_CTX outer_{};
};

class Maker {
 public:
  explicit Maker(const Options& options)
      : options_(options),
        zone_(wire_name(options.zone)),
        key_(wire_name(options.key_name)),
        hmac_key_(options.secret) {}

  void make(uint16_t id, uint64_t number, Octets& message) {
    message.clear();
    put(message, id, 2);
    put(message, 5 << 11, 2);
    for (const int count : {1, 0, 1, 0}) put(message, static_cast<uint64_t>(count), 2);
    append(message, zone_);
    put(message, 6, 2);
    put(message, 1, 2);
    append(message, wire_name(options_.prefix + std::to_string(number) + "." + options_.zone));
    put(message, 1, 2);
    put(message, 1, 2);
    put(message, 300, 4);
    put(message, 4, 2);
    put(message, 0x0a000000U + (number & 0xffffff), 4);
    if (!options_.secret.empty()) sign(message, id);
  }

 private:
  // RFC 8945 4.2, 4.3.3.
  void sign(Octets& message, uint16_t id) {
    constexpr uint16_t kFudgeS = 300;
    const auto now_s = static_cast<uint64_t>(std::time(nullptr));
    digested_ = message;
    append(digested_, key_);
    put(digested_, 255, 2);
    put(digested_, 0, 4);
    append(digested_, algorithm_);
    put(digested_, now_s, 6);
    put(digested_, kFudgeS, 2);
    put(digested_, 0, 4);
    const Mac mac = hmac_key_.mac(digested_);
    append(message, key_);
    put(message, 250, 2);
    put(message, 255, 2);
    put(message, 0, 4);
    put(message, algorithm_.size() + 16 + mac.size(), 2);
    append(message, algorithm_);
    put(message, now_s, 6);
    put(message, kFudgeS, 2);
    put(message, mac.size(), 2);
    message.insert(message.end(), mac.begin(), mac.end());
    put(message, id, 2);
    put(message, 0, 4);
    message[11] = 1;
  }

  const Options& options_;
  Octets zone_;
  Octets key_;
  Octets algorithm_ = wire_name("hmac-sha256");
  HmacKey hmac_key_;
  Octets digested_;
};

struct Flight {
  uint64_t sent_ns = 0;
  uint16_t generation = 0;
};

constexpr size_t kAtOnce = 32;  // datagrams of one system call

// A message ID is a slot of the window (low ten bits) and the slot's generation.
constexpr uint16_t kSlotBits = 10;

class Loop {
 public:
  explicit Loop(const Options& options) : options_(options), maker_(options), flights_(options.window) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(options.port));
    if (inet_pton(AF_INET, options.server.c_str(), &to.sin_addr) != 1)
      throw std::runtime_error("no IPv4 address: " + options.server);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Loop() { close(fd_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run() {
    const uint64_t start_ns = now_ns();
    const uint64_t end_ns = start_ns + static_cast<uint64_t>(options_.seconds * 1e9);
    for (size_t slot = 0; slot < flights_.size(); slot++) make_next(slot);
    send_made();
    uint64_t now = start_ns;
    while ((now = now_ns()) < end_ns) {
      pollfd waits{fd_, POLLIN, 0};
      poll(&waits, 1, 20);
      receive();
      sweep(now);
    }
    took_s_ = static_cast<double>(now - start_ns) / 1e9;
  }

  void print() {
    std::sort(latencies_ns_.begin(), latencies_ns_.end());
    const auto part = [&](size_t percent) {
      if (latencies_ns_.empty()) return 0.0;
      return static_cast<double>(latencies_ns_[latencies_ns_.size() * percent / 100]) / 1e3;
    };
    std::printf(
        "{\"acknowledged\": %zu, \"per_s\": %.1f, \"lost\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, "
        "\"rcodes\": {",
        latencies_ns_.size(), static_cast<double>(latencies_ns_.size()) / took_s_, lost_, part(50), part(99));
    const char* between = "";
    for (const auto& [rcode, count] : rcodes_) {
      std::printf("%s\"%d\": %zu", between, rcode, count);
      between = ", ";
    }
    std::printf("}}\n");
  }

 private:
  void make_next(size_t slot) {
    Flight& flight = flights_[slot];
    flight.generation = static_cast<uint16_t>((flight.generation + 1) & 0x3f);
    const auto id = static_cast<uint16_t>(slot | static_cast<size_t>(flight.generation) << kSlotBits);
    maker_.make(id, number_++, made_[made_count_++]);
    flight.sent_ns = now_ns();
    if (made_count_ == kAtOnce) send_made();
  }

  void send_made() {
    std::array<mmsghdr, kAtOnce> headers{};
    std::array<iovec, kAtOnce> vectors{};
    for (size_t i = 0; i < made_count_; i++) {
      vectors[i] = {made_[i].data(), made_[i].size()};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    (void)!sendmmsg(fd_, headers.data(), static_cast<unsigned>(made_count_), 0);
    made_count_ = 0;
  }

  // Takes what has come, at most once the window.
  void receive() {
    constexpr size_t kReplyBytes = 512;
    std::array<std::array<uint8_t, kReplyBytes>, kAtOnce> replies;
    std::array<mmsghdr, kAtOnce> headers{};
    std::array<iovec, kAtOnce> vectors{};
    for (size_t i = 0; i < kAtOnce; i++) {
      vectors[i] = {replies[i].data(), replies[i].size()};
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    for (size_t taken = 0; taken < flights_.size();) {
      const int count = recvmmsg(fd_, headers.data(), kAtOnce, MSG_DONTWAIT, nullptr);
      if (count <= 0) return;
      for (size_t i = 0; i < static_cast<size_t>(count); i++) take(replies[i].data(), headers[i].msg_len);
      send_made();
      taken += static_cast<size_t>(count);
    }
  }

  void take(const uint8_t* reply, size_t size) {
    if (size < 12) return;
    const auto id = static_cast<uint16_t>(reply[0] << 8 | reply[1]);
    const size_t slot = id & ((1U << kSlotBits) - 1);
    if (slot >= flights_.size() || flights_[slot].generation != id >> kSlotBits) return;
    const int rcode = reply[3] & 15;
    rcodes_[rcode]++;
    if (rcode == 0) latencies_ns_.push_back(now_ns() - flights_[slot].sent_ns);
    make_next(slot);
  }

  void sweep(uint64_t now) {
    for (size_t slot = 0; slot < flights_.size(); slot++) {
      if (now < flights_[slot].sent_ns + options_.timeout_ms * 1'000'000) continue;
      lost_++;
      make_next(slot);
    }
    send_made();
  }

  const Options& options_;
  Maker maker_;
  std::vector<Flight> flights_;
  std::array<Octets, kAtOnce> made_;  // to be sent together
  size_t made_count_ = 0;
  int fd_ = -1;
  uint64_t number_ = 0;
  size_t lost_ = 0;
  double took_s_ = 0;
  std::map<int, size_t> rcodes_;
  std::vector<uint64_t> latencies_ns_;
};

void take_key(Options& options, const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) throw std::runtime_error("--key wants NAME:BASE64");
  options.key_name = text.substr(0, colon);
  const std::string coded = text.substr(colon + 1);
  options.secret.resize(coded.size());
  const int size = EVP_DecodeBlock(options.secret.data(), reinterpret_cast<const uint8_t*>(coded.data()),
                                   static_cast<int>(coded.size()));
  if (size < 0) throw std::runtime_error("the key is not base64");
  const auto padding = static_cast<size_t>(std::count(coded.begin(), coded.end(), '='));
  options.secret.resize(static_cast<size_t>(size) - padding);
}

Options read_options(int argc, char** argv) {
  Options options;
  const std::array<option, 9> words = {{{"server", 1, nullptr, 's'},
                                        {"port", 1, nullptr, 'p'},
                                        {"zone", 1, nullptr, 'z'},
                                        {"seconds", 1, nullptr, 'l'},
                                        {"window", 1, nullptr, 'w'},
                                        {"key", 1, nullptr, 'k'},
                                        {"prefix", 1, nullptr, 'x'},
                                        {"timeout-ms", 1, nullptr, 't'},
                                        {nullptr, 0, nullptr, 0}}};
  for (int letter; (letter = getopt_long(argc, argv, "", words.data(), nullptr)) != -1;) {
    if (letter == 's') options.server = optarg;
    if (letter == 'p') options.port = std::atoi(optarg);
    if (letter == 'z') options.zone = optarg;
    if (letter == 'l') options.seconds = std::atof(optarg);
    if (letter == 'w')
      options.window = std::clamp<size_t>(std::strtoul(optarg, nullptr, 10), 1, 1U << kSlotBits);
    if (letter == 'k') take_key(options, optarg);
    if (letter == 'x') options.prefix = optarg;
    if (letter == 't') options.timeout_ms = std::strtoull(optarg, nullptr, 10);
    if (letter == '?') throw std::runtime_error("see the top of the program's source for its options");
  }
  if (options.port == 0 || options.zone.empty()) throw std::runtime_error("--port and --zone are needed");
  return options;
}

}  // namespace
}  // namespace nomen::bench

int main(int argc, char** argv) {
  try {
    const nomen::bench::Options options = nomen::bench::read_options(argc, argv);
    nomen::bench::Loop loop(options);
    loop.run();
    loop.print();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load_update: %s\n", error.what());
    return 2;
  }
}
