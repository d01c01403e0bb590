// A primary server in the simulation: the engines that the real one runs (update/, store/, transfer/, the
// replay of its log), a disk that syncs when it likes and loses what was not synced when the power fails.
// Thread rule: one thread.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "store/memory_store.h"
#include "transfer/notify_sender.h"
#include "transfer/outgoing_transfer.h"
#include "update/batch.h"
#include "world.h"
#include "zone/recent_changes.h"

namespace nomen::simulation {

class Primary {
 public:
  using Reply = std::function<void(dns::Rcode)>;
  /// Sends a NOTIFY to the secondary of this number.
  using SendNotify = std::function<void(size_t, std::vector<uint8_t>)>;

  Primary(Events& events, Network& network, Facts& facts, uint64_t seed, zone::ContentPtr file,
          size_t secondaries, SendNotify send);

  bool is_up() const { return served_ != nullptr; }
  /// Counts its lives: what was begun in an earlier one is void.
  unsigned life() const { return life_; }
  void start();
  void crash();
  /// The disk says that it has synced when it has not: a simulation must notice.
  void let_disk_lie() { store_.lie_about_syncs(true); }

  void take_update(std::vector<uint8_t> message, Reply reply);
  void notify_acknowledged(size_t secondary, dns::Serial serial);
  /// Writes its file, as a server does from time to time.
  void write_file();

  const zone::ContentPtr& served() const { return served_; }
  transfer::OutgoingTransfer answer_transfer(Bytes request) const;

 private:
  struct Waiting {
    std::vector<uint8_t> message;
    Reply reply;
  };
  void work();
  void serve(zone::ContentPtr content);
  void send_notifies();

  Events& events_;
  Network& network_;
  Facts& facts_;
  FastRandom random_;
  SendNotify send_notify_;
  store::MemoryStore store_;
  store::ZoneId id_{};
  zone::ContentPtr file_;  ///< on the disk: survives
  update::UpdateSettings settings_;
  unsigned life_ = 0;
  zone::ContentPtr served_;
  zone::RecentChangesPtr recent_;
  std::deque<Waiting> waiting_;
  bool committing_ = false;
  int64_t clock_error_s_ = 0;  ///< the wall clock jumps; serials may be made of it
  transfer::NotifySender notifies_;
};

}  // namespace nomen::simulation
