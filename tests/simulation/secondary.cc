#include "secondary.h"

#include <fmt/format.h>

#include <utility>

#include "base/contract.h"
#include "server/replay.h"
#include "transfer/notify_message.h"

namespace nomen::simulation {

using transfer::Progress;
using transfer::SecondaryWork;

namespace {

constexpr int64_t kPatience = 2 * kSecond;

transfer::SecondaryOptions options() {
  transfer::SecondaryOptions options;
  options.primaries = 1;
  options.min_refresh_s = options.min_retry_s = 1;
  return options;
}

}  // namespace

struct SecondaryServer::Stream {
  explicit Stream(const transfer::IncomingOptions& wanted) : incoming(wanted) {}
  transfer::IncomingTransfer incoming;
  std::optional<transfer::OutgoingTransfer> outgoing;  ///< at the primary
  unsigned primary_life = 0;
};

SecondaryServer::SecondaryServer(Events& events, Network& network, Facts& facts, uint64_t seed, size_t number,
                                 Primary& primary)
    : events_(events),
      network_(network),
      facts_(facts),
      random_(seed),
      name_(fmt::format("secondary {}", number)),
      number_(number),
      primary_(primary),
      store_(seed) {
  id_ = *store_.zone_id({"_default", *dns::Name::parse("example."), dns::RRClass::kIn});
}

void SecondaryServer::start() {
  life_++;
  zone_ = std::make_unique<transfer::Secondary>(options(), random_.next());
  if (copy_ != nullptr) {
    // A copy that the log does not know is there when the power failed between the two.
    auto replayed = server::replay(store_, id_, copy_);
    served_ = replayed ? replayed->content : copy_;
    if (!replayed) NOMEN_REQUIRE(store_.clear(id_).has_value());
    facts_.secondary_serves(name_, *served_);
    const auto times = store_.times(id_);
    NOMEN_REQUIRE(times.has_value());
    const auto soa = transfer::soa_of(*served_);
    expire_s_ = soa->expire_s;
    zone_->start_with(*soa, *times, events_.now());
    if (!*times) confirmed_us_ = events_.now();  // nothing was kept yet: it begins anew
  } else {
    zone_->start_empty(events_.now());
  }
  go_on();
}

void SecondaryServer::crash() {
  life_++;
  store_.crash();
  zone_.reset();
  served_ = nullptr;
}

void SecondaryServer::check() {
  if (served_ == nullptr) return;
  const int64_t age = events_.now() - confirmed_us_;
  if (age > int64_t{expire_s_} * kSecond + kSecond)
    facts_.fail(fmt::format("{} serves {} s after the primary last confirmed it", name_, age / kSecond));
}

/// Does what the machine wants now, and comes back when it wants something or expires, which it may do while
/// it is busy.
void SecondaryServer::go_on() {
  if (!is_up()) return;
  if (zone_->expire_if_due(events_.now())) served_ = nullptr;
  const SecondaryWork work = zone_->wanted(events_.now());
  if (work.kind != SecondaryWork::Kind::kNone) {
    zone_->begin(events_.now());
    work.kind == SecondaryWork::Kind::kSoaQuery ? ask_serial(work.over_tcp) : transfer(work);
  }
  const int64_t wake = zone_->wake_us();
  if (wake == transfer::kNever) return;
  events_.at(std::max(wake, events_.now() + kMillisecond), [this, life = life_] {
    if (life == life_) go_on();
  });
}

void SecondaryServer::ask_serial(bool over_tcp) {
  const auto answered = std::make_shared<bool>(false);
  const auto mine = [this, life = life_, answered] { return life == life_ && !*answered; };
  const auto answer = [this, mine, answered](dns::Serial serial) {
    if (!mine()) return;
    *answered = true;
    if (served_ != nullptr && served_->serial() == serial) confirm();
    zone_->soa_answered(understood(serial), std::nullopt, events_.now());
    save_times();
    go_on();
  };
  const auto ask = [this, answer, over_tcp] {
    if (!primary_.is_up()) return;
    const auto reply = [answer, serial = primary_.served()->serial()] { answer(serial); };
    over_tcp ? events_.after(network_.delay(), reply) : network_.datagram(reply);
  };
  over_tcp ? events_.after(network_.delay(), ask) : network_.datagram(ask);
  events_.after(kPatience, [this, mine, answered] {
    if (!mine()) return;
    *answered = true;
    zone_->soa_failed(transfer::QueryFailure::kTimeout, events_.now());
    go_on();
  });
}

void SecondaryServer::transfer(const SecondaryWork& work) {
  transfer::IncomingOptions wanted;
  wanted.zone = *dns::Name::parse("example.");
  wanted.id = static_cast<uint16_t>(random_.next());
  wanted.current = served_;
  wanted.ixfr = work.ixfr;
  wanted.accept_any_serial = work.any_serial;
  auto stream = std::make_shared<Stream>(wanted);
  std::vector<uint8_t> request(1024);
  dns::TsigSession session;
  request.resize(stream->incoming.request(request, session, nullptr, 0));
  events_.after(network_.delay(), [this, life = life_, stream, request] {
    if (life != life_) return;
    if (!primary_.is_up()) {
      zone_->transfer_failed(false, events_.now());
      return go_on();
    }
    stream->primary_life = primary_.life();
    stream->outgoing = primary_.answer_transfer(request);
    next_message(stream);
  });
}

void SecondaryServer::next_message(std::shared_ptr<Stream> stream) {
  events_.after(network_.delay(), [this, life = life_, stream] {
    if (life != life_) return;
    std::vector<uint8_t> message(transfer::kMaxMessageBytes);
    const bool broken = primary_.life() != stream->primary_life || network_.breaks();
    const size_t size = broken ? 0 : stream->outgoing->next(message, nullptr, 0);
    const Progress progress = size == 0 ? stream->incoming.end_of_stream()
                                        : stream->incoming.feed(Bytes(message).first(size), nullptr, 0);
    switch (progress) {
      case Progress::kMore:
        return next_message(stream);
      case Progress::kDone:
        return take_transfer(stream->incoming.take());
      case Progress::kUpToDate:
        confirm();
        zone_->transfer_up_to_date(std::nullopt, events_.now());
        break;
      case Progress::kTryAxfr:
      case Progress::kFailed:
        zone_->transfer_failed(progress == Progress::kTryAxfr, events_.now());
        break;
    }
    go_on();
  });
}

/// The steps go to the log; when they are on the disk the version is served.
void SecondaryServer::take_transfer(transfer::Received received) {
  if (received.steps.empty() || served_ == nullptr || copy_ == nullptr)
    return take_whole(std::move(received));
  std::vector<store::Version> versions;
  for (const auto& step : received.steps)
    versions.push_back({id_, step.from, step.to, events_.now(), {}, *step.change});
  store_.append(std::move(versions),
                [this, life = life_, content = received.content](const Result<void>& result) {
                  if (life != life_) return;
                  if (!result) {
                    zone_->transfer_failed(false, events_.now());
                  } else {
                    serve(content);
                  }
                });
  events_.after(200 + random_.below(10'000), [this, life = life_] {
    if (life != life_) return;
    store_.sync();
    go_on();
  });
}

/// First the copy, then the log's rows go, then it is served: a crash in between finds an old log, or none.
void SecondaryServer::take_whole(transfer::Received received) {
  events_.after(500 + random_.below(30'000), [this, life = life_, content = received.content] {
    if (life != life_) return;
    copy_ = content;
    events_.after(random_.below(2'000), [this, life, content] {
      if (life != life_) return;
      NOMEN_REQUIRE(store_.clear(id_).has_value());
      serve(content);
      go_on();
    });
  });
}

void SecondaryServer::serve(zone::ContentPtr content) {
  served_ = std::move(content);
  facts_.secondary_serves(name_, *served_);
  const auto soa = transfer::soa_of(*served_);
  expire_s_ = soa->expire_s;
  confirm();
  zone_->transferred(*soa, std::nullopt, events_.now());
  save_times();
}

dns::Serial SecondaryServer::understood(dns::Serial serial) const {
  return ignores_serials_ && served_ != nullptr ? served_->serial() : serial;
}

void SecondaryServer::confirm() {
  confirmed_us_ = events_.now();
}

void SecondaryServer::save_times() {
  if (!zone_->has_data()) return;
  store_.save_times(id_, zone_->times(), [](const Result<void>&) {});
  events_.after(random_.below(50'000), [this, life = life_] {
    if (life == life_) store_.sync();
  });
}

void SecondaryServer::take_notify(const std::vector<uint8_t>& message) {
  if (!is_up()) return;
  const auto notify = transfer::read_notify(message);
  NOMEN_REQUIRE(notify.has_value());
  zone_->notified(0, notify->serial ? std::optional(understood(*notify->serial)) : std::nullopt,
                  events_.now());
  network_.datagram([this, serial = *notify->serial] { primary_.notify_acknowledged(number_, serial); });
  go_on();
}

}  // namespace nomen::simulation
