// What one record of a master file leaves to the next: the origin, the owner and the TTLs.
// Thread rule: values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "dns/name.h"

namespace nomen::dns {

struct MasterState {
  Name origin;
  std::optional<Name> owner;  ///< of the record before
  std::optional<uint32_t>
      default_ttl_s;                   ///< $TTL (RFC 2308 4), or the SOA's minimum when nothing else is known
  std::optional<uint32_t> last_ttl_s;  ///< the last one written in a record (RFC 1035 5.1)
  bool rfc1035_warned = false;         ///< the file's one warning about the latter has been given
};

/// What is wrong, the first `limit` of them, and how many there are.
struct MasterReport {
  Diagnostics diagnostics;
  uint64_t errors = 0;
  size_t limit = 0;

  void add(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::kError) errors++;
    if (diagnostics.size() < limit) diagnostics.push_back(std::move(diagnostic));
  }
  void append(MasterReport&& other) {
    errors += other.errors;
    for (Diagnostic& diagnostic : other.diagnostics) {
      if (diagnostics.size() < limit) diagnostics.push_back(std::move(diagnostic));
    }
  }
};

}  // namespace nomen::dns
