// The statistics file of `rndc stats`, in the form and with the names that BIND's tools and monitoring know.
// Counters that are zero have no line, as BIND does.
// Thread rule: free functions; the workers' counters may be read while they count.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "answer/counters.h"
#include "server/listeners.h"
#include "server/secondaries.h"
#include "server/update_desk.h"
#include "server/update_relay.h"

namespace nomen::server {

/// What several workers have counted, added up.
struct CounterSums {
  std::array<uint64_t, answer::Outcome::kCount> outcomes{};
  std::array<uint64_t, answer::Counters::kTypes> queries_by_type{};
  std::array<uint64_t, 16> requests_by_opcode{};
  std::array<uint64_t, answer::kEdnsOptionKinds> edns_options{};
  uint64_t rejected_recursive = 0;
  uint64_t rejected_authoritative = 0;
  uint64_t rejected_transfers = 0;
  uint64_t rejected_updates = 0;
  uint64_t rejected_notifies = 0;
  uint64_t transfers_completed = 0;
  std::array<uint64_t, 16> late_replies{};
  std::array<uint64_t, 2> notifies_received{};
  std::array<uint64_t, 2> connections_accepted{};

  void add(const answer::Counters& counters);
};

struct StatisticsFacts {
  int64_t now_s = 0;
  CounterSums counters;
  uint32_t tcp_clients_most = 0;
  UpdateCounts updates;
  UpdateRelay::Counts relayed_updates;
  FamilyCounts notifies_sent;
  Secondaries::Counts secondaries;
  std::vector<std::string> views;  ///< names, in order
  Listeners::SocketCounts udp_sockets;
  Listeners::SocketCounts tcp_sockets;
};

/// One dump, from "+++ Statistics Dump +++" to its end; the file holds one after the other.
std::string statistics_text(const StatisticsFacts& facts);

}  // namespace nomen::server
