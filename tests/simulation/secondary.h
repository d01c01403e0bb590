// A secondary server in the simulation: the machine of a secondary zone (transfer/secondary), real transfers
// message by message, a saved copy and a log on a disk that loses what was not synced.
// Thread rule: one thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "primary.h"
#include "transfer/incoming_transfer.h"
#include "transfer/secondary.h"

namespace nomen::simulation {

class SecondaryServer {
 public:
  SecondaryServer(Events& events, Network& network, Facts& facts, uint64_t seed, size_t number,
                  Primary& primary);

  bool is_up() const { return zone_ != nullptr; }
  void start();
  void crash();
  /// A NOTIFY arrives; the reply goes back through the network.
  void take_notify(const std::vector<uint8_t>& message);
  /// From now on every serial that the primary tells counts as the one that is served: a mutation that the
  /// simulation must find out.
  void ignore_serials() { ignores_serials_ = true; }
  /// What is always true: nothing is served beyond its expiry.
  void check();

  const zone::ContentPtr& served() const { return served_; }
  const std::string& name() const { return name_; }

 private:
  struct Stream;
  void go_on();
  void ask_serial(bool over_tcp);
  void transfer(const transfer::SecondaryWork& work);
  void next_message(std::shared_ptr<Stream> stream);
  void take_transfer(transfer::Received received);
  void take_whole(transfer::Received received);
  void serve(zone::ContentPtr content);
  void confirm();
  void save_times();
  dns::Serial understood(dns::Serial serial) const;

  Events& events_;
  Network& network_;
  Facts& facts_;
  FastRandom random_;
  const std::string name_;
  const size_t number_;
  Primary& primary_;
  store::MemoryStore store_;
  store::ZoneId id_{};
  zone::ContentPtr copy_;  ///< on the disk: survives
  unsigned life_ = 0;
  std::unique_ptr<transfer::Secondary> zone_;
  zone::ContentPtr served_;
  int64_t confirmed_us_ = 0;  ///< when the primary last said that what is served is right, as the world knows
  uint32_t expire_s_ = 0;
  bool ignores_serials_ = false;
};

}  // namespace nomen::simulation
