// The newest steps that led to the version of a zone that is served, for IXFR: a chain without gaps that ends
// at that version. Immutable; the next version has one of its own that shares nearly all of it, so that a
// step costs the same however long the chain is.
// Thread rule: constant after it is made; any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "zone/version_step.h"

namespace nomen::zone {

class RecentChanges;
using RecentChangesPtr = std::shared_ptr<const RecentChanges>;

class RecentChanges {
 public:
  /// `before` (nullptr: none) with one step more. A step that does not begin where `before` ends begins anew.
  /// The oldest steps go in blocks when there are more than `most_bytes` of them, or very many.
  static RecentChangesPtr with(const RecentChangesPtr& before, VersionStep step, size_t most_bytes);

  /// The steps from a version to the newest; nothing when the chain does not reach back to it.
  std::optional<std::vector<VersionStep>> since(dns::Serial from) const;

  dns::Serial newest() const { return last_.back().to; }
  size_t steps() const { return blocks_.size() * kBlockSteps + last_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kBlockSteps = 64;
  static constexpr size_t kMostBlocks = 1024;
  struct Block {
    std::vector<VersionStep> steps;
    size_t bytes = 0;
  };
  void append(VersionStep step);
  void drop_oldest(size_t most_bytes);

  std::vector<std::shared_ptr<const Block>> blocks_;  ///< full ones, from the oldest
  std::vector<VersionStep> last_;                     ///< the newest steps, at least one
  size_t last_bytes_ = 0;
  size_t bytes_ = 0;
};

}  // namespace nomen::zone
