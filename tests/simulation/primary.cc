#include "primary.h"

#include <utility>

#include "base/contract.h"
#include "server/replay.h"
#include "transfer/notify_message.h"
#include "transfer/transfer_request.h"

namespace nomen::simulation {

namespace {

constexpr size_t kRecentBytes = 30'000;
constexpr uint64_t kLogBytes = 4'000;

}  // namespace

Primary::Primary(Events& events, Network& network, Facts& facts, uint64_t seed, zone::ContentPtr file,
                 size_t secondaries, SendNotify send)
    : events_(events),
      network_(network),
      facts_(facts),
      random_(seed),
      send_notify_(std::move(send)),
      store_(seed),
      file_(std::move(file)) {
  id_ = *store_.zone_id({"_default", dns::Name(file_->apex()), file_->rr_class()});
  settings_.serial_method = static_cast<update::SerialMethod>(random_.below(3));
  std::vector<transfer::PeerId> peers;
  for (size_t i = 0; i < secondaries; i++) peers.push_back(static_cast<transfer::PeerId>(i));
  notifies_.set_targets(peers, events_.now());
}

void Primary::start() {
  life_++;
  clock_error_s_ += static_cast<int64_t>(random_.below(7200)) - 3600;
  auto replayed = server::replay(store_, id_, file_);
  if (!replayed) return facts_.fail("the primary cannot start: " + replayed.error().text);
  recent_ = std::move(replayed->recent);
  serve(std::move(replayed->content));
  facts_.check_promises("the primary", *served_);
}

void Primary::crash() {
  life_++;
  store_.crash();
  served_ = nullptr;
  waiting_.clear();
  committing_ = false;
}

void Primary::take_update(std::vector<uint8_t> message, Reply reply) {
  if (!is_up()) return;
  waiting_.push_back({std::move(message), std::move(reply)});
  work();
}

/// One version of all that wait, as the server's update desk makes it.
void Primary::work() {
  if (committing_ || waiting_.empty() || !is_up()) return;
  const auto now_s = static_cast<uint64_t>(events_.now() / kSecond + clock_error_s_);
  update::UpdateBatch batch(served_, settings_, now_s);
  auto replies = std::make_shared<std::vector<std::pair<Reply, dns::Rcode>>>();
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    const auto request = update::read_update(waiting.message);
    NOMEN_REQUIRE(request.has_value());
    replies->emplace_back(std::move(waiting.reply), batch.add(*request, {}, nullptr).rcode);
  }
  update::UpdateBatch::Result made = batch.finish();
  const auto answer = [replies](bool durable) {
    for (const auto& [reply, rcode] : *replies) reply(durable ? rcode : dns::Rcode::kServFail);
  };
  if (made.content == served_) return answer(true);
  committing_ = true;
  const zone::VersionStep step{served_->serial(), made.content->serial(),
                               std::make_shared<const zone::Change>(made.change)};
  store_.append({{id_, step.from, step.to, events_.now(), {}, std::move(made.change)}},
                [this, answer, step, content = made.content](const Result<void>& result) {
                  committing_ = false;
                  if (result) {
                    recent_ = zone::RecentChanges::with(recent_, step, kRecentBytes);
                    serve(content);
                  }
                  answer(result.has_value());
                });
  if (random_.below(40) == 0 && !network_.is_healed())
    store_.fail_next_sync(Error{"no space left on device"});
  events_.after(200 + random_.below(15'000), [this, life = life_] {
    if (life != life_) return;
    store_.sync();
    work();
  });
}

void Primary::serve(zone::ContentPtr content) {
  served_ = std::move(content);
  facts_.primary_serves(*served_);
  notifies_.changed(served_->serial(), events_.now());
  send_notifies();
}

void Primary::send_notifies() {
  if (!is_up()) return;
  while (const auto send = notifies_.next(events_.now())) {
    std::vector<uint8_t> message(1024);
    const transfer::Notify notify{static_cast<uint16_t>(random_.next()), dns::Name(served_->apex()),
                                  dns::RRClass::kIn, send->serial};
    const zone::RRsetView soa = served_->apex_node().find(dns::RRType::kSoa);
    message.resize(transfer::write_notify(message, notify, soa.first_rdata(), soa.ttl_s()));
    send_notify_(send->peer, std::move(message));
  }
  const int64_t wake = notifies_.wake_us();
  if (wake == transfer::kNever) return;
  events_.at(std::max(wake, events_.now() + kMillisecond), [this, life = life_] {
    if (life == life_) send_notifies();
  });
}

void Primary::notify_acknowledged(size_t secondary, dns::Serial serial) {
  if (is_up()) notifies_.acknowledged(static_cast<transfer::PeerId>(secondary), serial);
}

void Primary::write_file() {
  if (!is_up() || committing_) return;
  file_ = served_;
  if (auto pruned = server::prune(store_, id_, file_->serial(), {std::nullopt, kLogBytes, std::nullopt});
      !pruned)
    facts_.fail("the primary's log cannot be pruned: " + pruned.error().text);
}

transfer::OutgoingTransfer Primary::answer_transfer(Bytes request) const {
  const auto read = transfer::read_transfer_request(request);
  NOMEN_REQUIRE(read.has_value() && is_up());
  transfer::OutgoingOptions options;
  options.message_bytes = 600;
  std::vector<transfer::IxfrStep> steps;
  if (recent_ != nullptr) {
    if (auto known = recent_->since(read->serial)) steps = std::move(*known);
  }
  switch (transfer::choose_form(*read, *served_, steps, {true, 100})) {
    case transfer::AnswerForm::kSingleSoa:
      return transfer::OutgoingTransfer::single_soa(*read, served_, options);
    case transfer::AnswerForm::kIxfr:
      return transfer::OutgoingTransfer::ixfr(*read, served_, std::move(steps), options);
    case transfer::AnswerForm::kAxfr:
      break;
  }
  return transfer::OutgoingTransfer::axfr(*read, served_, options);
}

}  // namespace nomen::simulation
