#include "zone/page_pool.h"
#include "base/os/blocks.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <vector>

namespace nomen::zone {

namespace {

constexpr size_t kPagesPerBlock = os::kBlockBytes / kPageBytes;

/// The first page of a block of pages: how many users each page of it has, and how many pages are taken.
/// Written under the pool's mutex only; a page's one user may ask without it whether it is the only one.
struct BlockHead {
  std::atomic<uint32_t> users[kPagesPerBlock];
  uint32_t taken;
};
static_assert(sizeof(BlockHead) <= kPageBytes);

size_t offset_in_block(const void* at) {
  return reinterpret_cast<uintptr_t>(at) & (os::kBlockBytes - 1);
}
BlockHead* head_of(const void* page) {
  auto* at = const_cast<uint8_t*>(static_cast<const uint8_t*>(page));
  return reinterpret_cast<BlockHead*>(at - offset_in_block(page));
}
size_t number_of(const void* page) {
  return offset_in_block(page) / kPageBytes;
}

struct Pool {
  std::mutex mutex;
  std::vector<void*> free_pages;  ///< of partly used blocks
};

Pool& pool() {
  static Pool* const the_pool = new Pool;  // lives to the end: contents may be freed by late destructors
  return *the_pool;
}

void add_block(Pool& to) {
  auto* block = os::take_blocks(1);
  for (size_t i = kPagesPerBlock - 1; i >= 1; i--) to.free_pages.push_back(block + i * kPageBytes);
}

/// A page with one user, with whatever its last user left in it.
void* take_any() {
  Pool& from = pool();
  const std::lock_guard lock(from.mutex);
  if (from.free_pages.empty()) add_block(from);
  void* page = from.free_pages.back();
  from.free_pages.pop_back();
  BlockHead* head = head_of(page);
  head->taken++;
  head->users[number_of(page)].store(1, std::memory_order_relaxed);
  return page;
}

/// Adds `change` to the count of a page's users, which nobody else writes meanwhile; the result is the new
/// one.
uint32_t change_users(void* page, uint32_t change) {
  std::atomic<uint32_t>& users = head_of(page)->users[number_of(page)];
  const uint32_t now = users.load(std::memory_order_relaxed) + change;
  users.store(now, std::memory_order_release);
  return now;
}

}  // namespace

void* take_page() {
  void* page = take_any();
  std::memset(page, 0, kPageBytes);
  return page;
}

void* take_copy(const void* page) {
  void* copy = take_any();
  std::memcpy(copy, page, kPageBytes);
  return copy;
}

void add_page_users(std::span<void* const> pages) {
  const std::lock_guard lock(pool().mutex);
  for (void* page : pages) change_users(page, 1);
}

bool page_is_shared(const void* page) {
  return head_of(page)->users[number_of(page)].load(std::memory_order_acquire) > 1;
}

void drop_page_users(std::span<void* const> pages) {
  std::vector<BlockHead*> free_blocks;
  {
    Pool& to = pool();
    const std::lock_guard lock(to.mutex);
    for (void* page : pages) {
      if (change_users(page, static_cast<uint32_t>(-1)) > 0) continue;
      to.free_pages.push_back(page);
      BlockHead* const head = head_of(page);
      if (--head->taken == 0) free_blocks.push_back(head);
    }
    // Blocks all of whose pages are free go back to the system.
    const auto is_of_free_block = [&](void* page) {
      return std::find(free_blocks.begin(), free_blocks.end(), head_of(page)) != free_blocks.end();
    };
    if (!free_blocks.empty()) std::erase_if(to.free_pages, is_of_free_block);
  }
  for (BlockHead* head : free_blocks) os::give_blocks(reinterpret_cast<uint8_t*>(head), 1);
}

}  // namespace nomen::zone
