// An UPDATE message (RFC 2136 2) taken apart: the zone it is for, its prerequisites and its updates; and the
// look at the update section that comes before anything is done (3.4.1). The bytes are untrusted: work is
// bounded by the message's size, memory by kMaxRequestBytes.
// Thread rule: values and pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "dns/name.h"
#include "dns/types.h"

namespace nomen::update {

/// Why an update is not made: the response code, and what the log says behind "updating zone 'x/IN': ". The
/// words are BIND's, so that who greps for them finds them.
struct Refusal {
  dns::Rcode rcode = dns::Rcode::kServFail;
  std::string text;
};

/// "update failed: TEXT (FORMERR)", and "update unsuccessful: ..." for a prerequisite that does not hold.
Refusal refusal(dns::Rcode rcode, std::string_view text);

/// Records with their class, packed one after the other.
class RequestRecords {
 public:
  struct Entry {
    uint32_t owner_at;
    uint32_t rdata_at;
    uint32_t ttl_s;  ///< all 32 bits as they came
    uint16_t rdata_size;
    dns::RRType type;
    dns::RRClass rr_class;
    uint8_t owner_size;
  };

  void add(dns::NameView owner, dns::RRType type, dns::RRClass rr_class, uint32_t ttl_s, Bytes rdata);
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_.size(); }
  size_t memory_bytes() const { return bytes_.capacity() + entries_.capacity() * sizeof(Entry); }
  void clear() {
    bytes_.clear();
    entries_.clear();
  }
  const std::vector<Entry>& entries() const { return entries_; }
  dns::NameView owner(const Entry& entry) const { return {bytes_.data() + entry.owner_at, entry.owner_size}; }
  Bytes rdata(const Entry& entry) const { return {bytes_.data() + entry.rdata_at, entry.rdata_size}; }

 private:
  uint32_t put(Bytes bytes);
  std::vector<uint8_t> bytes_;
  std::vector<Entry> entries_;
};

struct UpdateRequest {
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  RequestRecords prerequisites;
  RequestRecords updates;
  size_t memory_bytes() const { return prerequisites.memory_bytes() + updates.memory_bytes(); }
};

/// Takes an UPDATE message apart: FORMERR for a zone section that is not one SOA (RFC 2136 3.1.1), for
/// records whose rdata is malformed, and for rdata where class ANY or NONE allow none. What is in the
/// additional section (OPT, TSIG) was looked at before. Whether we have the zone (NOTAUTH) is for whoever
/// keeps zones.
std::expected<UpdateRequest, Refusal> read_update(Bytes message);
/// The same into a request whose memory is used again; it is of no use when there is a refusal.
std::optional<Refusal> read_update(Bytes message, UpdateRequest& request);

/// The prescan of the update section (RFC 2136 3.4.1): names outside of the zone, classes and types that no
/// update has, and records that only a signer may change (RFC 3007 4.3). Nothing when all is well.
std::optional<Refusal> prescan(const UpdateRequest& request);

/// Whether the answer to this update depends on the SOA, or it changes the SOA itself.
bool looks_at_soa(const UpdateRequest& request);

}  // namespace nomen::update
