// Memory for the many small things of one parsed configuration: given out in order, freed all at once.
// Thread rule: one thread fills it; what it gave out may be read by any.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace nomen::config {

class TextArena {
 public:
  /// A default-made T that is never destroyed; lives as long as the arena.
  template <class T>
  T* make() {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (take(sizeof(T), alignof(T))) T();
  }

  /// The same of several, one behind the other.
  template <class T>
  T* make_row(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* const row = static_cast<T*>(take(count * sizeof(T), alignof(T)));
    for (size_t i = 0; i < count; i++) new (row + i) T();
    return row;
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text);

 private:
  static constexpr size_t kChunkBytes = 256 * 1024;
  void* take(size_t size, size_t align);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* at_ = nullptr;
  size_t left_ = 0;
  size_t next_chunk_bytes_ = 4096;  ///< grows to kChunkBytes: most configurations are small
};

}  // namespace nomen::config
