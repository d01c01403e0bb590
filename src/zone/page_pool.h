// Memory for zone contents: pages of 4 KiB with a count of users each, cut from blocks of 2 MiB that ask
// the kernel for huge pages (a lookup in a huge zone then misses the TLB less), and whole blocks.
// Thread rule: any thread; taking and giving back lock a mutex, which answering never does.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::zone {

inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kBlockBytes = size_t{2} << 20;

/// A zeroed page with one user.
void* take_page();
/// A page with one user and the bytes of `page`.
void* take_copy(const void* page);
void add_page_user(void* page);
/// Whether somebody else uses the page too.
bool page_is_shared(const void* page);
void drop_page_user(void* page);

/// `count` adjacent blocks, zeroed, aligned to the size of a block.
uint8_t* take_blocks(size_t count);
void give_blocks(uint8_t* blocks, size_t count);

}  // namespace nomen::zone
