// Memory from the kernel in blocks of 2 MiB that ask for huge pages: a lookup in a huge zone then misses the
// TLB less. Fresh ones cost the kernel milliseconds each, in which it clears them, and that is a third of a
// large load: BlocksAhead and ClearingFromEnd have it done on another core.
// Thread rule: any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <thread>

namespace nomen::os {

inline constexpr size_t kBlockBytes = size_t{2} << 20;

/// `count` adjacent blocks, zeroed, aligned to the size of a block.
uint8_t* take_blocks(size_t count);
void give_blocks(uint8_t* blocks, size_t count);

/// While one lives, a thread of its own keeps a few cleared blocks ready for who takes single ones.
/// Thread rule: made and ended by one thread; what is ready is for all.
class BlocksAhead {
 public:
  BlocksAhead();
  ~BlocksAhead();  ///< gives back what nobody has taken, if it is the last one
  BlocksAhead(const BlocksAhead&) = delete;
  BlocksAhead& operator=(const BlocksAhead&) = delete;

 private:
  void run();

  bool ending_ = false;  // under the mutex of what is ready
  std::thread thread_;   // last: it uses all of the above
};

/// While one lives, a thread of its own has the memory of `count` blocks cleared from the last one on, for
/// who fills them from the front. Nothing is written to them.
/// Thread rule: made and ended by one thread.
class ClearingFromEnd {
 public:
  ClearingFromEnd(uint8_t* blocks, size_t count);

 private:
  std::jthread thread_;
};

}  // namespace nomen::os
