// The bytes of a zone's content: chunks that only ever grow at the end, addressed by 32-bit references in
// units of 8 bytes (2 MiB of address space a chunk), so that content is compact and can move to a file.
// Versions share chunks; what a version refers to never changes. A small zone has one small chunk.
// Thread rule: a published Arena is constant; one writer appends to its own copy. Appending into the free
// rest of a chunk that others share is safe: nobody else refers to that rest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "zone/index.h"

namespace nomen::zone {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena& other);  ///< shares the chunks
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena other) noexcept {
    swap(other);
    return *this;
  }
  ~Arena();

  static constexpr size_t kUnitBytes = 8;
  static constexpr unsigned kChunkBits = 18;
  static constexpr size_t kChunkUnits = size_t{1} << kChunkBits;  // 2 MiB
  static constexpr size_t kPadding = 64;  ///< readable bytes behind the last byte in use

  /// An arena with `bytes` zeroed bytes in use, adjacent from reference 0 on, to be filled through
  /// writable().
  static Arena of_size(size_t bytes);

  const uint8_t* at(Ref ref) const {
    return bases_[ref >> kChunkBits] + static_cast<size_t>(ref & (kChunkUnits - 1)) * kUnitBytes;
  }

  /// Room for `bytes` bytes, zeroed, at a place of its own; `ref` is never 0. Pointers from at() into a
  /// chunk that has not been shared yet may move when it grows.
  struct Place {
    Ref ref;
    uint8_t* data;
  };
  Place append(size_t bytes);
  /// Whether a further append() would fail for want of references; the content must be rebuilt then.
  bool is_nearly_full() const { return base_count_ > (size_t{1} << (32 - kChunkBits)) * 3 / 4; }
  /// To bytes that this writer has appended and not yet published.
  uint8_t* writable(Ref ref) { return const_cast<uint8_t*>(at(ref)); }

  /// Called once when the writer is done: gives back the unused rest of the last chunk, unless it is small
  /// beside all the rest; the next writer goes on there then, and references last longer.
  void shrink();
  /// Bytes appended in all. For the writer.
  size_t used_bytes() const;
  /// Bytes of memory of all chunks, unused rests included.
  size_t memory_bytes() const;
  /// References are below this number.
  uint64_t end_ref() const;

 private:
  struct Chunk;

  bool is_one_span() const { return bases_ == &only_base_; }
  bool grow_in_place(size_t wanted);
  void add_chunk(size_t bytes);
  void add_bases(const uint8_t* data, size_t spans);
  const uint8_t** room_for_bases(size_t count) {
    return count == 1 ? &only_base_ : new const uint8_t*[count];
  }
  void swap(Arena& other) noexcept;

  const uint8_t** bases_ = nullptr;  ///< one for each 2 MiB of reference space; &only_base_ when it is one
  const uint8_t* only_base_ = nullptr;
  Chunk* last_ = nullptr;    ///< which holds the one before it, and so on
  uint32_t base_count_ = 0;  ///< of bases_,
  uint32_t last_base_ = 0;   ///< and where in it the last chunk begins
};

}  // namespace nomen::zone
