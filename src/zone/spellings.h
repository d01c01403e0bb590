// How the owner names of a file were written, RRset by RRset. A content keeps one spelling for each name,
// which is what answers carry; BIND keeps one for each RRset, the first in the file, and one for each label
// of its tree. A dump that is to say what BIND's says takes them from here. Only the checker collects them: a
// server has no use for them that would be worth the memory. Thread rule: belongs to one reader; constant
// afterwards.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "dns/hashed_name.h"
#include "dns/master_file.h"

namespace nomen::zone {

class Spellings {
 public:
  explicit Spellings(dns::NameView apex);

  void add(const dns::RecordBatch& batch);

  /// The owner of an RRset, `covered` being what its RRSIGs cover; that name in lower case if it was written
  /// so or is not known.
  dns::Name owner(const dns::HashedName& name, dns::RRType type, dns::RRType covered) const;
  /// A name at or below the apex as the labels of the tree spell it.
  dns::Name in_tree(dns::NameView name) const;

 private:
  void add_group(const dns::RecordBatch& batch, size_t first, size_t end);
  size_t glue_end(const dns::RecordBatch& batch, size_t first, size_t end) const;
  uint32_t keep(Bytes spelled);

  const dns::Name apex_;
  size_t apex_labels_ = 0;
  std::vector<uint8_t> bytes_;                     ///< of spellings that are not lower case; 0 is no place
  std::unordered_map<uint64_t, uint32_t> labels_;  ///< by the hash of the name that the label begins
  std::unordered_map<uint64_t, uint32_t> owners_;  ///< by the RRset
  dns::HashedName name_;
};

}  // namespace nomen::zone
