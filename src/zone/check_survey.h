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

#include "base/os/blocks.h"
#include "dns/master_file.h"
#include "dns/types.h"

namespace nomen::zone {

/// Numbers in blocks that ask for huge pages: a page of fresh memory costs more than what is written to it.
class HashList {
 public:
  HashList() = default;
  HashList(const HashList&) = delete;
  HashList& operator=(const HashList&) = delete;
  ~HashList();

  void push_back(uint64_t hash) {
    if (size_ % kBlock == 0) grow();
    blocks_.back()[size_++ % kBlock] = hash;
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (size_t i = 0; i < size_; i++) visit(blocks_[i / kBlock][i % kBlock]);
  }

 private:
  static constexpr size_t kBlock = os::kBlockBytes / sizeof(uint64_t);
  void grow();

  std::vector<uint64_t*> blocks_;
  size_t size_ = 0;
};

class ZoneSurvey {
 public:
  explicit ZoneSurvey(dns::NameView apex);

  void add(const dns::RecordBatch& batch);

  /// Whether nothing is left to find. After the last add(); spent afterwards.
  bool is_surely_good();
  /// Of the SOA.
  dns::Serial serial() const { return serial_; }

 private:
  /// Records of one owner that stand together.
  struct Run {
    uint32_t first;
    uint32_t end;
    uint32_t meanings;  ///< of their types
  };

  size_t cut_runs(const dns::RecordBatch& batch);
  void add_run(const dns::RecordBatch& batch, const Run& run);
  void add_rare(const dns::RecordBatch& batch, const dns::BatchRecord& record, bool is_apex);
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
  std::vector<Run> runs_;           ///< of the present batch
  std::vector<dns::Name> servers_;  ///< NS of the apex
  HashList owners_;  ///< a hash for each run of one owner; its lowest bit: the run has addresses
  std::vector<uint64_t> exclusive_;  ///< first of owners that must not come again: those of CNAMEs
  size_t exclusives_ = 0;            ///< so many of them count
  struct UsualTtl {
    uint16_t type = 0;
    uint32_t ttl_s = 0;
  };
  std::array<UsualTtl, 64> usual_ttls_{};
};

}  // namespace nomen::zone
