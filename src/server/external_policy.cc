#include "server/external_policy.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "base/os/file.h"
#include "net/address.h"

namespace nomen::server {

namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kAnswerBytes = 4;
/// From when an update comes to when all of its questions are answered; BIND waits without end.
constexpr uint64_t kLimit_ms = 5000;
/// Updates that are asked about at a time: each has one connection.
constexpr size_t kMostAsking = 64;
/// Updates that wait to be asked about; those beyond them are refused.
constexpr size_t kMostWaiting = 4096;

void append_u32(std::vector<uint8_t>& out, uint32_t number) {
  const size_t at = out.size();
  out.resize(at + 4);
  store_u32(&out[at], number);
}

void append_text(std::vector<uint8_t>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
}

Result<net::Descriptor> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return failure("no path of a local socket");
  std::copy(path.begin(), path.end(), address.sun_path);
  net::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // A daemon with so many waiting that none more is let in counts as one that does not answer.
  if (!socket.valid() ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure(os::system_error_text(errno));
  return socket;
}

}  // namespace

/// The questions about one update.
class ExternalPolicy::Inquiry final : private net::EventHandler, private net::Timer {
 public:
  Inquiry(ExternalPolicy& owner, std::vector<Question> questions, Done done)
      : owner_(owner), questions_(std::move(questions)), done_(std::move(done)) {
    granted_.resize(questions_.size());
    owner_.loop_.set_timer(*this, owner_.loop_.now_ms() + kLimit_ms);
  }
  ~Inquiry() override { stop(); }
  /// The loop hears no more of it.
  void stop() {
    if (armed()) owner_.loop_.cancel(*this);
    close();
  }

  void ask() {
    for (; at_ < questions_.size(); at_++) {
      auto socket = connect_to(questions_[at_].socket);
      if (!socket) {
        complain(socket.error().text);
        continue;
      }
      socket_ = std::move(*socket);
      sent_ = received_ = 0;
      if (owner_.loop_.add(socket_.get(), EPOLLOUT | EPOLLIN, *this)) return;
      socket_.reset();
    }
    owner_.end(*this);
  }
  Done take_done() { return std::move(done_); }
  const std::vector<bool>& granted() const { return granted_; }

 private:
  void on_timer() override {
    complain("timed out");
    owner_.end(*this);
  }

  void on_ready(uint32_t) override {
    const std::vector<uint8_t>& message = questions_[at_].message;
    if (sent_ < message.size()) {
      const ssize_t size = ::send(socket_.get(), &message[sent_], message.size() - sent_, MSG_NOSIGNAL);
      if (size < 0) return give_up_unless_later();
      sent_ += static_cast<size_t>(size);
      if (sent_ == message.size()) owner_.loop_.modify(socket_.get(), EPOLLIN, *this);
      return;
    }
    const ssize_t size = ::recv(socket_.get(), &answer_[received_], kAnswerBytes - received_, 0);
    if (size < 0) return give_up_unless_later();
    received_ += static_cast<size_t>(size);
    if (size != 0 && received_ < kAnswerBytes) return;
    if (size == 0) complain("no answer");
    granted_[at_] = received_ == kAnswerBytes && load_u32(answer_.data()) == 1;
    next();
  }

  void give_up_unless_later() {
    if (errno == EAGAIN || errno == EINTR) return;
    complain(os::system_error_text(errno));
    next();
  }

  void next() {
    close();
    at_++;
    ask();
  }

  void close() {
    if (!socket_.valid()) return;
    owner_.loop_.remove(socket_.get(), *this);
    socket_.reset();
  }

  void complain(const std::string& why) const {
    if (at_ >= questions_.size()) return;
    log(LogCategory::kUpdateSecurity, LogSeverity::kError, "update", "update-policy: external '{}': {}",
        questions_[at_].socket, why);
  }

  ExternalPolicy& owner_;
  std::vector<Question> questions_;
  Done done_;
  std::vector<bool> granted_;
  size_t at_ = 0;  ///< the question that is asked
  net::Descriptor socket_;
  size_t sent_ = 0;
  size_t received_ = 0;
  std::array<uint8_t, kAnswerBytes> answer_{};
};

ExternalPolicy::ExternalPolicy(net::EventLoop& loop) : loop_(loop) {}

ExternalPolicy::~ExternalPolicy() = default;

bool ExternalPolicy::ask(std::vector<Question> questions, Done done) {
  if (waiting_.size() >= kMostWaiting) return false;
  waiting_.push_back(std::make_unique<Inquiry>(*this, std::move(questions), std::move(done)));
  loop_.post([this] { begin_next(); });
  return true;
}

void ExternalPolicy::begin_next() {
  while (running_.size() < kMostAsking && !waiting_.empty()) {
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    running_.back()->ask();
  }
}

/// The inquiry may be on the stack: it goes with the next round.
void ExternalPolicy::end(Inquiry& inquiry) {
  const auto is_it = [&](const std::unique_ptr<Inquiry>& other) { return other.get() == &inquiry; };
  std::shared_ptr<Inquiry> ended;
  if (const auto at = std::find_if(running_.begin(), running_.end(), is_it); at != running_.end()) {
    ended = std::move(*at);
    running_.erase(at);
  } else if (const auto waits = std::find_if(waiting_.begin(), waiting_.end(), is_it);
             waits != waiting_.end()) {
    ended = std::move(*waits);
    waiting_.erase(waits);
  } else {
    return;
  }
  ended->stop();
  loop_.post([this, ended] {
    ended->take_done()(ended->granted());
    begin_next();
  });
}

std::vector<uint8_t> external_question(const update::Requester& requester, dns::NameView name,
                                       dns::RRType type, const std::string& key) {
  std::vector<uint8_t> out;
  append_u32(out, kVersion);
  append_u32(out, 0);  // the length, below
  append_text(out, requester.key ? dns::to_string_no_dot(*requester.key) : "");
  append_text(out, dns::to_string_no_dot(name));
  const Bytes address(requester.address.data(), requester.address_size);
  append_text(out, address.empty() ? "" : net::IpAddress::from_bytes(address).to_string());
  append_text(out, dns::to_string(type));
  append_text(out, key);
  append_u32(out, 0);  // no TKEY token
  store_u32(&out[4], static_cast<uint32_t>(out.size()));
  return out;
}

std::string external_key_text(const dns::TsigKey& key) {
  // BIND's numbers of its algorithms, in the order of DigestAlgorithm, and the key's tag as that of a DNSKEY
  // record of an entity (RFC 4034 appendix B).
  constexpr std::array<uint8_t, 6> kNumbers = {157, 161, 162, 163, 164, 165};
  const uint8_t number = kNumbers[static_cast<size_t>(key.algorithm)];
  std::vector<uint8_t> record = {0x02, 0x00, 3, number};
  record.insert(record.end(), key.secret.begin(), key.secret.end());
  uint32_t tag = 0;
  for (size_t i = 0; i < record.size(); i++) tag += i % 2 == 0 ? uint32_t{record[i]} << 8 : record[i];
  tag = (tag + (tag >> 16)) & 0xffff;
  return fmt::format("{}/{}/{}", dns::to_string_no_dot(key.name), number, tag);
}

std::string external_socket(const dns::Name& identity) {
  constexpr std::string_view kPrefix = "local:";
  const std::string text = dns::to_string_no_dot(identity);
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : "";
}

}  // namespace nomen::server
