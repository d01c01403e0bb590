#include "base/os/blocks.h"

#include <sys/mman.h>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/contract.h"

namespace nomen::os {

namespace {

constexpr size_t kMostReady = 2;
constexpr size_t kLeastPageBytes = 4096;  // of the kernel's, where it has no huge ones

struct Ready {
  std::mutex mutex;
  std::condition_variable wanted;
  std::vector<uint8_t*> blocks;  ///< cleared
  size_t makers = 0;             ///< BlocksAhead that live
};

Ready& ready() {
  static auto* const the_ready = new Ready;  // lives to the end, as the pool of pages does
  return *the_ready;
}

size_t offset_in_block(const void* at) {
  return reinterpret_cast<uintptr_t>(at) & (kBlockBytes - 1);
}

uint8_t* map_blocks(size_t count) {
  // Over-allocate by one block to be able to align, then give the ends back.
  const size_t wanted = count * kBlockBytes;
  void* mapped = ::mmap(nullptr, wanted + kBlockBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  NOMEN_ENSURE(mapped != MAP_FAILED);
  const size_t lead = (kBlockBytes - offset_in_block(mapped)) % kBlockBytes;
  uint8_t* const blocks = static_cast<uint8_t*>(mapped) + lead;
  if (lead > 0) ::munmap(mapped, lead);
  ::munmap(blocks + wanted, kBlockBytes - lead);
  ::madvise(blocks, wanted, MADV_HUGEPAGE);
  return blocks;
}

/// Has the kernel put memory there.
void touch(uint8_t* block) {
  for (size_t at = 0; at < kBlockBytes; at += kLeastPageBytes) *const_cast<volatile uint8_t*>(block + at) = 0;
}

/// nullptr when none is ready.
uint8_t* take_ready() {
  Ready& from = ready();
  const std::lock_guard lock(from.mutex);
  if (from.blocks.empty()) return nullptr;
  uint8_t* const block = from.blocks.back();
  from.blocks.pop_back();
  from.wanted.notify_one();
  return block;
}

}  // namespace

uint8_t* take_blocks(size_t count) {
  uint8_t* const block = count == 1 ? take_ready() : nullptr;
  return block != nullptr ? block : map_blocks(count);
}

void give_blocks(uint8_t* blocks, size_t count) {
  ::munmap(blocks, count * kBlockBytes);
}

BlocksAhead::BlocksAhead() {
  {
    const std::lock_guard lock(ready().mutex);
    ready().makers++;
  }
  thread_ = std::thread([this] { run(); });
}

BlocksAhead::~BlocksAhead() {
  Ready& all = ready();
  std::vector<uint8_t*> left;
  {
    const std::lock_guard lock(all.mutex);
    ending_ = true;
  }
  all.wanted.notify_all();
  thread_.join();
  {
    const std::lock_guard lock(all.mutex);
    if (--all.makers == 0) left.swap(all.blocks);
  }
  for (uint8_t* block : left) give_blocks(block, 1);
}

ClearingFromEnd::ClearingFromEnd(uint8_t* blocks, size_t count)
    : thread_([blocks, count](const std::stop_token& stop) {
        for (size_t left = count; left > 0 && !stop.stop_requested(); left--) {
          // A kernel before Linux 5.14 cannot; who fills the blocks waits for it then.
          if (::madvise(blocks + (left - 1) * kBlockBytes, kBlockBytes, MADV_POPULATE_WRITE) != 0) return;
        }
      }) {}

void BlocksAhead::run() {
  Ready& all = ready();
  std::unique_lock lock(all.mutex);
  for (;;) {
    all.wanted.wait(lock, [&] { return ending_ || all.blocks.size() < kMostReady; });
    if (ending_) return;
    lock.unlock();
    uint8_t* const block = map_blocks(1);
    touch(block);
    lock.lock();
    all.blocks.push_back(block);
  }
}

}  // namespace nomen::os
