// load_tcp: a closed loop of DNS queries over TCP (RFC 7766), in one of two manners:
//
//   pipelined  a few connections stay open, each with a window of queries on its way; responses may come in
//              any order. Connections that the server ends are opened again and counted.
//   one-shot   each connection carries one query and is closed when its response is there; a fixed number of
//              connections is under way at any time, from many source addresses so that ports suffice.
//
//   load_tcp --port N --queries FILE [--server 127.0.0.1] [--one-shot] [--connections 4] [--window 32]
//            [--seconds 1] [--edns | --dnssec] [--timeout-ms 2000]
//
// Prints one JSON object; see bench/tally.h.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "load_run.h"

namespace nomen::bench {
namespace {

struct Options : LoadOptions {
  Options() { timeout_ms = 2000; }
  bool one_shot = false;
  size_t connections = 4;
};

constexpr uint64_t kNapUs = 20;
constexpr size_t kSourceAddresses = 200;

// What every connection of the run draws from and counts into.
struct Run {
  const Options& options;
  const QueryList& queries;
  Tally tally;
  size_t next_query = 0;
  size_t next_source = 0;
  int epoll = -1;
  bool stopping = false;
};

class Connection {
 public:
  Connection(Run& run, uint32_t number) : run_(run), number_(number), sent_ns_(slots()) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { hang_up(); }

  size_t under_way() const { return under_way_; }

  // Starts anew from a fresh socket; what was under way on the old one is lost.
  void open() {
    hang_up();
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (run_.options.one_shot) bind_source();
    const sockaddr_in to = run_.options.address();
    const int status = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (status != 0 && errno != EINPROGRESS) throw std::runtime_error("cannot connect to the server");
    run_.tally.connections++;
    opened_ns_ = now_ns();
    free_.clear();
    for (size_t slot = slots(); slot-- > 0;) free_.push_back(static_cast<uint16_t>(slot));
    epoll_event want{};
    want.events = EPOLLIN | EPOLLOUT | EPOLLET;
    want.data.u32 = number_;
    epoll_ctl(run_.epoll, EPOLL_CTL_ADD, fd_, &want);
  }

  // Moves whatever can be moved now.
  void proceed() {
    fill();
    while (flush() && receive()) fill();
  }

  void expire(uint64_t before_ns) {
    if (under_way_ > 0 && opened_ns_ < before_ns && last_ns_ < before_ns) open();
  }

 private:
  size_t slots() const { return run_.options.one_shot ? 1 : run_.options.window; }

  void bind_source() {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f010001U + static_cast<uint32_t>(run_.next_source++ % kSourceAddresses));
    const int on = 1;
    setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    bind(fd_, reinterpret_cast<sockaddr*>(&from), sizeof from);
  }

  void hang_up() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    run_.tally.lost += under_way_;
    under_way_ = 0;
    done_ = false;
    out_.clear();
    in_.clear();
  }

  // Queues queries as far as the window allows. A one-shot connection asks once.
  void fill() {
    if (run_.stopping || done_) return;
    const uint64_t now = now_ns();
    while (!free_.empty()) {
      const uint16_t slot = free_.back();
      free_.pop_back();
      const auto query = run_.queries[run_.next_query];
      run_.next_query = run_.next_query + 1 == run_.queries.size() ? 0 : run_.next_query + 1;
      out_.push_back(static_cast<uint8_t>(query.size() >> 8));
      out_.push_back(static_cast<uint8_t>(query.size()));
      const size_t start = out_.size();
      out_.insert(out_.end(), query.begin(), query.end());
      out_[start] = static_cast<uint8_t>(slot >> 8);
      out_[start + 1] = static_cast<uint8_t>(slot);
      sent_ns_[slot] = now;
      under_way_++;
      run_.tally.sent++;
      if (run_.options.one_shot) done_ = true;
    }
  }

  // False when the connection broke and was opened again (or is not up yet).
  bool flush() {
    while (!out_.empty()) {
      const ssize_t n = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (n > 0) {
        out_.erase(out_.begin(), out_.begin() + n);
      } else if (errno == EAGAIN || errno == ENOTCONN) {
        return errno == EAGAIN;
      } else {
        return broke();
      }
    }
    return true;
  }

  bool broke() {
    run_.tally.refused_connections++;
    open();
    return false;
  }

  // True when something was answered and the window may be filled again.
  bool receive() {
    uint8_t bytes[65536];
    const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return broke();
    if (n < 0) return false;
    last_ns_ = now_ns();
    in_.insert(in_.end(), bytes, bytes + n);
    size_t at = 0;
    while (in_.size() - at >= 2) {
      const size_t length = static_cast<size_t>(in_[at] << 8 | in_[at + 1]);
      if (in_.size() - at - 2 < length) break;
      take({&in_[at + 2], length});
      at += 2 + length;
    }
    in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(at));
    if (run_.options.one_shot && under_way_ == 0 && at > 0) {
      if (!run_.stopping) open();
      return false;
    }
    return true;
  }

  void take(std::span<const uint8_t> message) {
    const size_t slot =
        message.size() < kHeaderBytes ? slots() : static_cast<size_t>(message[0] << 8 | message[1]);
    if (slot >= slots() || sent_ns_[slot] == 0) {
      run_.tally.stray++;
      return;
    }
    run_.tally.answer(message, sent_ns_[slot], last_ns_);
    sent_ns_[slot] = 0;
    free_.push_back(static_cast<uint16_t>(slot));
    under_way_--;
  }

  Run& run_;
  uint32_t number_;
  int fd_ = -1;
  bool done_ = false;
  size_t under_way_ = 0;
  uint64_t opened_ns_ = 0;
  uint64_t last_ns_ = 0;
  std::vector<uint64_t> sent_ns_;  // by slot; 0: nothing under way
  std::vector<uint16_t> free_;
  std::vector<uint8_t> in_, out_;
};

void run_load(const Options& options) {
  const auto queries = QueryList::read(options.queries, options.edns);
  Run run{.options = options, .queries = queries, .tally = {}};
  run.epoll = epoll_create1(EPOLL_CLOEXEC);
  RunClock clock(options);
  const double cpu_before = own_cpu_s();
  double cpu_s = 0;
  std::vector<std::unique_ptr<Connection>> connections;
  for (size_t i = 0; i < options.connections; i++) {
    connections.push_back(std::make_unique<Connection>(run, static_cast<uint32_t>(i)));
    connections.back()->open();
  }
  std::vector<epoll_event> events(std::max<size_t>(64, options.connections));
  uint64_t end = 0;
  for (;;) {
    const uint64_t now = now_ns();
    if (!run.stopping && now >= clock.end_ns) {
      run.stopping = true;
      end = now;
      cpu_s = own_cpu_s() - cpu_before;
    }
    if (run.stopping) {
      size_t under_way = 0;
      for (auto& connection : connections) under_way += connection->under_way();
      if (under_way == 0 || now > end + clock.timeout_ns) break;
    }
    const int ready = epoll_wait(run.epoll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < ready; i++) connections[events[static_cast<size_t>(i)].data.u32]->proceed();
    if (!run.stopping && clock.is_time_to_sweep(now)) {
      for (auto& connection : connections) connection->expire(clock.lost_before(now));
    }
    if (ready == 0) nap(kNapUs);
  }
  connections.clear();
  run.tally.print(static_cast<double>(end - clock.start_ns) * 1e-9, cpu_s);
}

Options parse(int argc, char** argv) {
  Options options;
  read_options(argc, argv, options, {{"one-shot", 0, nullptr, '1'}, {"connections", 1, nullptr, 'c'}},
               [&](int letter) {
                 if (letter == '1') {
                   options.one_shot = true;
                 } else {
                   options.connections = count_of(optarg);
                 }
               });
  return options;
}

}  // namespace
}  // namespace nomen::bench

int main(int argc, char** argv) {
  using namespace nomen::bench;
  return run_program("load_tcp", [&] { run_load(parse(argc, argv)); });
}
