// load_udp: a closed loop of DNS queries over UDP, cheap enough that a server on another core is saturated
// before it is. A fixed window of queries is on its way at any time, spread over a few sockets; queries and
// responses move in batches. When nothing has come it naps on a timer rather than in poll, so that the
// server does not pay for waking it.
//
//   load_udp --port N --queries FILE [--server 127.0.0.1] [--seconds 1 | --count N] [--sockets 4]
//            [--window 200] [--edns | --dnssec] [--skip N] [--nap-us 20] [--timeout-ms 1000]
//
// Prints one JSON object; see bench/tally.h.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "load_run.h"

namespace nomen::bench {
namespace {

struct Options : LoadOptions {
  Options() { window = 200; }
  uint64_t count = 0;  // 0: as many as fit into `seconds`
  size_t sockets = 4;
  size_t skip = 0;
  uint64_t nap_us = 20;
};

constexpr size_t kBatch = 64;
constexpr size_t kMaxResponseBytes = 4096;
// A message ID is a slot of the socket's window (low ten bits) and the slot's generation, so that a late
// response to an earlier query of the slot is told apart.
constexpr size_t kMaxSlots = 1024;

struct Flight {
  uint64_t sent_ns = 0;
  uint16_t id = 0;
  bool under_way = false;
};

// One connected socket with its part of the window.
class Flow {
 public:
  Flow(const Options& options, size_t slots) : flights_(slots) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int room = 4 << 20;
    for (int option : {SO_RCVBUFFORCE, SO_SNDBUFFORCE, SO_RCVBUF, SO_SNDBUF}) {
      setsockopt(fd_, SOL_SOCKET, option, &room, sizeof room);
    }
    const sockaddr_in to = options.address();
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
      throw std::runtime_error("cannot send to " + options.server);
    }
    for (size_t slot = slots; slot-- > 0;) {
      flights_[slot].id = static_cast<uint16_t>(slot);
      free_.push_back(static_cast<uint16_t>(slot));
    }
    in_.resize(kBatch);
    out_.resize(kBatch);
    in_bytes_.resize(kBatch * kMaxResponseBytes);
    out_bytes_.resize(kBatch * kMaxQueryBytes);
    for (size_t i = 0; i < kBatch; i++) {
      in_parts_[i] = {&in_bytes_[i * kMaxResponseBytes], kMaxResponseBytes};
      out_parts_[i] = {&out_bytes_[i * kMaxQueryBytes], 0};
      in_[i].msg_hdr.msg_iov = &in_parts_[i];
      out_[i].msg_hdr.msg_iov = &out_parts_[i];
      in_[i].msg_hdr.msg_iovlen = out_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow() { close(fd_); }

  size_t free_slots() const { return free_.size(); }
  size_t under_way() const { return flights_.size() - free_.size(); }

  // Takes what has come; returns how many datagrams that was.
  size_t receive(Tally& tally) {
    const int got = recvmmsg(fd_, in_.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (got <= 0) return 0;
    const uint64_t now = now_ns();
    for (int i = 0; i < got; i++) {
      const uint8_t* message = &in_bytes_[static_cast<size_t>(i) * kMaxResponseBytes];
      const size_t length = in_[static_cast<size_t>(i)].msg_len;
      if (length < kHeaderBytes) {
        tally.stray++;
        continue;
      }
      const auto id = static_cast<uint16_t>(message[0] << 8 | message[1]);
      const size_t slot = id % kMaxSlots;
      const bool is_response = (message[2] & 0x80) != 0;
      if (!is_response || slot >= flights_.size() || !flights_[slot].under_way || flights_[slot].id != id) {
        tally.stray++;
        continue;
      }
      land(slot);
      tally.answer({message, length}, flights_[slot].sent_ns, now);
    }
    return static_cast<size_t>(got);
  }

  // Sends up to `limit` queries from `next` on (and moves it), as far as the window allows.
  size_t send(const QueryList& queries, size_t& next, size_t limit, Tally& tally) {
    const size_t wanted = std::min({limit, free_.size(), kBatch});
    if (wanted == 0) return 0;
    const uint64_t now = now_ns();
    for (size_t i = 0; i < wanted; i++) {
      const size_t slot = free_.back();
      free_.pop_back();
      Flight& flight = flights_[slot];
      flight.id = static_cast<uint16_t>(flight.id + kMaxSlots);
      flight.under_way = true;
      flight.sent_ns = now;
      const auto query = queries[next];
      uint8_t* bytes = &out_bytes_[i * kMaxQueryBytes];
      std::memcpy(bytes, query.data(), query.size());
      bytes[0] = static_cast<uint8_t>(flight.id >> 8);
      bytes[1] = static_cast<uint8_t>(flight.id);
      out_parts_[i].iov_len = query.size();
      next = next + 1 == queries.size() ? 0 : next + 1;
    }
    size_t gone = 0;
    while (gone < wanted) {
      const int n = sendmmsg(fd_, &out_[gone], static_cast<unsigned>(wanted - gone), 0);
      if (n > 0) {
        gone += static_cast<size_t>(n);
      } else if (errno != ECONNREFUSED && errno != EINTR) {
        break;  // what did not leave counts as lost when its time is up
      }
    }
    tally.sent += wanted;
    return wanted;
  }

  // Gives up on what left before `before_ns`.
  void expire(uint64_t before_ns, Tally& tally) {
    for (size_t slot = 0; slot < flights_.size(); slot++) {
      if (flights_[slot].under_way && flights_[slot].sent_ns < before_ns) {
        land(slot);
        tally.lost++;
      }
    }
  }

 private:
  void land(size_t slot) {
    flights_[slot].under_way = false;
    free_.push_back(static_cast<uint16_t>(slot));
  }

  int fd_ = -1;
  std::vector<Flight> flights_;
  std::vector<uint16_t> free_;
  std::vector<mmsghdr> in_, out_;
  std::array<iovec, kBatch> in_parts_{}, out_parts_{};
  std::vector<uint8_t> in_bytes_, out_bytes_;
};

void run(const Options& options) {
  const auto queries = QueryList::read(options.queries, options.edns);
  const size_t slots = std::min(kMaxSlots, (options.window + options.sockets - 1) / options.sockets);
  std::vector<std::unique_ptr<Flow>> flows;
  for (size_t i = 0; i < options.sockets; i++) flows.push_back(std::make_unique<Flow>(options, slots));

  Tally tally;
  size_t next = options.skip % queries.size();
  RunClock clock(options);
  const double cpu_before = own_cpu_s();
  double cpu_s = 0;
  uint64_t stopped = 0;  // when the last query left
  uint64_t last_answer = clock.start_ns;
  for (;;) {
    const uint64_t now = now_ns();
    if (stopped == 0 && (options.count != 0 ? tally.sent >= options.count : now >= clock.end_ns)) {
      stopped = now;
      cpu_s = own_cpu_s() - cpu_before;
    }
    size_t moved = 0;
    size_t under_way = 0;
    for (auto& flow : flows) {
      const size_t got = flow->receive(tally);
      if (got > 0) last_answer = now;
      moved += got;
      if (stopped == 0) {
        const size_t limit = options.count == 0 ? kBatch : options.count - tally.sent;
        moved += flow->send(queries, next, limit, tally);
      }
      under_way += flow->under_way();
    }
    if (stopped != 0 && under_way == 0) break;
    if (clock.is_time_to_sweep(now)) {
      for (auto& flow : flows) flow->expire(clock.lost_before(now), tally);
    }
    if (moved < 16) nap(options.nap_us);
  }
  const uint64_t end = options.count != 0 ? std::max(last_answer, clock.start_ns + 1) : stopped;
  tally.print(static_cast<double>(end - clock.start_ns) * 1e-9, cpu_s);
}

Options parse(int argc, char** argv) {
  Options options;
  const std::vector<option> own = {{"count", 1, nullptr, 'n'},
                                   {"sockets", 1, nullptr, 'c'},
                                   {"skip", 1, nullptr, 'o'},
                                   {"nap-us", 1, nullptr, 'i'}};
  read_options(argc, argv, options, own, [&](int letter) {
    switch (letter) {
      case 'n':
        options.count = std::strtoull(optarg, nullptr, 10);
        break;
      case 'c':
        options.sockets = count_of(optarg);
        break;
      case 'o':
        options.skip = std::strtoull(optarg, nullptr, 10);
        break;
      default:
        options.nap_us = std::strtoull(optarg, nullptr, 10);
    }
  });
  return options;
}

}  // namespace
}  // namespace nomen::bench

int main(int argc, char** argv) {
  using namespace nomen::bench;
  return run_program("load_udp", [&] { run(parse(argc, argv)); });
}
