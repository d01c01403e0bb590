// Memory for zone contents: pages of 4 KiB with a count of users each, cut from blocks (base/os/blocks.h).
// Counts change under one mutex, for all pages of a version at a time: with an atomic operation for each page
// they were a tenth of an update of a zone of a million names.
// Thread rule: any thread; taking and giving back lock that mutex, which answering never does.
#pragma once
#include <cstddef>
#include <span>

namespace nomen::zone {

inline constexpr size_t kPageBytes = 4096;

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

}  // namespace nomen::zone
