// What the answers of all servers of a zone come to: which version is the newest, who has it, and whether all
// that have it say the same. "The same serial, different data" is what nothing in DNS tells otherwise.
// Thread rule: values; compare_servers() waits for transfers.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/zone_probe.h"

namespace nomen::tools {

enum class DataState : uint8_t {
  kUnknown,    ///< nobody has told
  kSame,       ///< as the reference has it
  kDifferent,  ///< the same serial, and something else than the reference
};
std::string_view to_string(DataState state);  ///< "unknown", "same", "DIFFERENT"

struct ServerState {
  ZoneServer server;
  ProbeAnswer answer;
  DataState data = DataState::kUnknown;
  std::string patch;  ///< of different data: what leads from the reference to it, where that is known
  /// "ns2.example.com 192.0.2.2#53", or the address alone.
  std::string label() const;
};

struct Convergence {
  dns::Serial newest;
  bool any_answer = false;
  std::string reference;  ///< whose data the others' is compared with; empty: nobody's is known
  std::vector<ServerState> servers;

  size_t count_current() const;
  /// Everybody has the newest version, and nobody is known to have other data.
  bool has_converged() const;
};

/// `own`: the version that is known here, or nullptr. With `compares` the zone is transferred from those who
/// have the newest version and whose data is not known otherwise, or is different.
Convergence compare_servers(const ProbeQuestion& question, std::span<const ZoneServer> servers,
                            std::span<const ProbeAnswer> answers, const zone::ContentPtr& own, bool compares);

}  // namespace nomen::tools
