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

  void add(const answer::Counters& counters);
};

struct StatisticsFacts {
  int64_t now_s = 0;
  CounterSums counters;
  uint32_t tcp_clients_most = 0;
  std::vector<std::string> views;                  ///< names, in order
  std::array<Listeners::SocketCounts, 2> sockets;  ///< of IPv4 and of IPv6; as many of UDP as of TCP
};

/// One dump, from "+++ Statistics Dump +++" to its end; the file holds one after the other.
std::string statistics_text(const StatisticsFacts& facts);

}  // namespace nomen::server
