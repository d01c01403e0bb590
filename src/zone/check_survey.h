// Whether a master file can be called good without building a content: a quick look at the records as they
// come. It proves the common case (no CNAME clashes, TTLs that agree, one SOA, name servers with addresses);
// where it cannot, the content has to be built and asked. It says "good" only of what check_content without
// integrity would find nothing in. Most of the time of a large check is saved by that. Thread rule: belongs
// to one thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "dns/master_file.h"
#include "dns/types.h"

namespace nomen::zone {

class ZoneSurvey {
 public:
  /// `expected_names` only sizes the table of owners.
  ZoneSurvey(dns::NameView apex, size_t expected_names);

  void add(const dns::RecordBatch& batch);

  /// Whether nothing is left to find. After the last add(); spent afterwards.
  bool is_surely_good();
  /// Of the SOA.
  dns::Serial serial() const { return serial_; }

 private:
  struct Group;

  Group begin_group(dns::NameView owner);
  bool add_record(const dns::BatchRecord& record, Group& group);
  void add_rare(const dns::RecordBatch& batch, const dns::BatchRecord& record, const Group& group);
  void end_group(const Group& group);
  bool ends_in_apex(dns::NameView owner) const;
  bool repeats_origin(dns::NameView owner) const;
  uint64_t hash_of(dns::NameView name) const;
  bool ttl_is_usual(uint16_t type, uint32_t ttl_s);

  dns::Name apex_;
  std::array<uint64_t, 2> apex_words_{};  ///< its first 16 octets
  std::array<uint64_t, 2> apex_masks_{};  ///< which of them are the apex's
  bool doubtful_ = false;
  uint32_t soas_ = 0;
  dns::Serial serial_;
  std::vector<dns::Name> servers_;   ///< NS of the apex
  std::vector<uint64_t> owners_;     ///< a hash for each group; its lowest bit: the group has addresses
  std::vector<uint64_t> exclusive_;  ///< of owners that must not come again: those of CNAMEs
  struct UsualTtl {
    uint16_t type = 0;
    uint32_t ttl_s = 0;
  };
  std::array<UsualTtl, 64> usual_ttls_{};
};

}  // namespace nomen::zone
