// Memory for zone contents: pages of 4 KiB with a count of users each, cut from blocks of 2 MiB that ask
// the kernel for huge pages (a lookup in a huge zone then misses the TLB less), and whole blocks.
// Counts change under one mutex, for all pages of a version at a time: with an atomic operation for each page
// they were a tenth of an update of a zone of a million names.
// Thread rule: any thread; taking and giving back lock that mutex, which answering never does.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace nomen::zone {

inline constexpr size_t kPageBytes = 4096;
inline constexpr size_t kBlockBytes = size_t{2} << 20;

/// A zeroed page with one user.
void* take_page();
/// A page with one user and the bytes of `page`.
void* take_copy(const void* page);
/// One user more of each page.
void add_page_users(std::span<void* const> pages);
/// Whether somebody else uses the page too.
bool page_is_shared(const void* page);
/// One user less of each page; what has none is free.
void drop_page_users(std::span<void* const> pages);

/// `count` adjacent blocks, zeroed, aligned to the size of a block.
uint8_t* take_blocks(size_t count);
void give_blocks(uint8_t* blocks, size_t count);

}  // namespace nomen::zone
