// Asks servers which version of a zone they serve, all at once: the SOA over UDP, over TCP where the answer
// was cut off, with EXPIRE (RFC 7314) and the digest of our own (dns/zone_options.h), signed where a key is
// there. Thread rule: one thread, which waits for the answers.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/tsig.h"
#include "dns/zone_options.h"
#include "net/address.h"
#include "server/remotes.h"
#include "zone/content.h"

namespace nomen::tools {

/// A server that is to have a zone.
struct ZoneServer {
  std::string name;       ///< "ns2.example.com", or its address where it has no name
  std::string role;       ///< "this server", "also-notify", "name server", "primary", "given"
  server::Remote remote;  ///< how to ask it
  std::string problem;    ///< why it cannot be asked: "no address is known"; empty: it can
  bool can_be_asked() const { return problem.empty(); }
};

struct ProbeAnswer {
  std::string error;  ///< empty: it answered with a serial
  dns::Serial serial;
  std::optional<uint32_t> expire_s;
  std::optional<dns::ZoneDigestValue> digest;
  bool answered() const { return error.empty(); }
};

struct ProbeQuestion {
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  uint32_t timeout_ms = 2000;  ///< for all of it
  bool wants_digest = true;    ///< and waits until it is worked out, as long as there is time
};

/// An answer for each server.
Result<std::vector<ProbeAnswer>> probe(const ProbeQuestion& question, std::span<const ZoneServer> servers);

/// The whole zone by AXFR, from one server.
Result<zone::ContentPtr> fetch_zone(const ProbeQuestion& question, const ZoneServer& server);

}  // namespace nomen::tools
