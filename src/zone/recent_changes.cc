#include "zone/recent_changes.h"

#include <algorithm>
#include <utility>

namespace nomen::zone {

namespace {

size_t bytes_of(const VersionStep& step) {
  return sizeof(VersionStep) + sizeof(Change) + step.change->removed.memory_bytes() +
         step.change->added.memory_bytes();
}

}  // namespace

RecentChangesPtr RecentChanges::with(const RecentChangesPtr& before, VersionStep step, size_t most_bytes) {
  const bool goes_on = before != nullptr && before->newest() == step.from;
  auto next = goes_on ? std::make_shared<RecentChanges>(*before) : std::make_shared<RecentChanges>();
  next->append(std::move(step));
  next->drop_oldest(most_bytes);
  return next;
}

void RecentChanges::append(VersionStep step) {
  const size_t bytes = bytes_of(step);
  if (last_.size() == kBlockSteps) {
    blocks_.push_back(std::make_shared<const Block>(Block{std::move(last_), last_bytes_}));
    last_ = {};
    last_bytes_ = 0;
  }
  last_.push_back(std::move(step));
  last_bytes_ += bytes;
  bytes_ += bytes;
}

void RecentChanges::drop_oldest(size_t most_bytes) {
  size_t gone = 0;
  while (gone < blocks_.size() && (bytes_ > most_bytes || blocks_.size() - gone > kMostBlocks)) {
    bytes_ -= blocks_[gone]->bytes;
    gone++;
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(gone));
}

std::optional<std::vector<VersionStep>> RecentChanges::since(dns::Serial from) const {
  const auto begins = [&](const VersionStep& step) { return step.from == from; };
  // From the newest: serials wrap, and who asks is mostly only a little behind.
  const auto in_last = std::find_if(last_.rbegin(), last_.rend(), begins);
  if (in_last != last_.rend()) return std::vector<VersionStep>(std::prev(in_last.base()), last_.end());
  for (size_t i = blocks_.size(); i-- > 0;) {
    const std::vector<VersionStep>& steps = blocks_[i]->steps;
    const auto in_block = std::find_if(steps.rbegin(), steps.rend(), begins);
    if (in_block == steps.rend()) continue;
    std::vector<VersionStep> found(std::prev(in_block.base()), steps.end());
    for (size_t later = i + 1; later < blocks_.size(); later++)
      found.insert(found.end(), blocks_[later]->steps.begin(), blocks_[later]->steps.end());
    found.insert(found.end(), last_.begin(), last_.end());
    return found;
  }
  return std::nullopt;
}

}  // namespace nomen::zone
