#include "zone/arena.h"
#include "base/os/blocks.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/contract.h"

namespace nomen::zone {

namespace {

constexpr size_t kFirstChunkBytes = 2048;     // where a zone of a dozen records is made
constexpr size_t kHeapChunkBytes = 1U << 20;  // above this a chunk is a block of the page pool
constexpr size_t kMostWaste = 16;             // a free rest of at most one sixteenth of the memory is kept
constexpr size_t kChunkBytes = Arena::kChunkUnits * Arena::kUnitBytes;

size_t round_up(size_t bytes) {
  return (bytes + Arena::kUnitBytes - 1) & ~(Arena::kUnitBytes - 1);
}

}  // namespace

/// A version has the last chunk, which has the one before it. The bytes of a small one stand behind it in the
/// heap; those of a large one are blocks of the page pool.
struct Arena::Chunk {
  std::atomic<uint32_t> users{1};  ///< arenas, and the chunk that comes next
  bool published = false;
  size_t blocks = 0;  ///< of the page pool
  uint8_t* data = nullptr;
  size_t capacity = 0;  ///< bytes
  size_t used = 0;      ///< bytes, known to the one writer only
  Chunk* before = nullptr;

  static Chunk* in_heap(size_t capacity);  ///< bytes are whatever they are
  static Chunk* in_blocks(size_t blocks);
  /// The same chunk, not published, with the same bytes in another place.
  Chunk* moved_to(Chunk* place);
  static void drop(Chunk* chunk);
};

Arena::Chunk* Arena::Chunk::in_heap(size_t capacity) {
  void* const memory = std::malloc(sizeof(Chunk) + capacity);
  NOMEN_ENSURE(memory != nullptr);
  auto* const chunk = new (memory) Chunk;
  chunk->data = static_cast<uint8_t*>(memory) + sizeof(Chunk);
  chunk->capacity = capacity;
  return chunk;
}

Arena::Chunk* Arena::Chunk::in_blocks(size_t blocks) {
  void* const memory = std::malloc(sizeof(Chunk));
  NOMEN_ENSURE(memory != nullptr);
  auto* const chunk = new (memory) Chunk;
  chunk->blocks = blocks;
  chunk->data = os::take_blocks(blocks);
  chunk->capacity = blocks * kChunkBytes;
  return chunk;
}

Arena::Chunk* Arena::Chunk::moved_to(Chunk* place) {
  std::memcpy(place->data, data, used);
  place->used = used;
  place->before = std::exchange(before, nullptr);
  drop(this);
  return place;
}

/// One user less; what has none is free.
void Arena::Chunk::drop(Chunk* chunk) {
  while (chunk != nullptr && chunk->users.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    Chunk* const before = chunk->before;
    if (chunk->blocks != 0) os::give_blocks(chunk->data, chunk->blocks);
    std::free(chunk);
    chunk = before;
  }
}

Arena::Arena(const Arena& other)
    : last_(other.last_), base_count_(other.base_count_), last_base_(other.last_base_) {
  if (last_ == nullptr) return;
  bases_ = room_for_bases(base_count_);
  std::copy_n(other.bases_, base_count_, bases_);
  last_->users.fetch_add(1, std::memory_order_relaxed);
}

Arena::~Arena() {
  if (!is_one_span()) delete[] bases_;
  Chunk::drop(last_);
}

void Arena::swap(Arena& other) noexcept {
  const uint8_t** const mine = is_one_span() ? &other.only_base_ : bases_;
  bases_ = other.is_one_span() ? &only_base_ : other.bases_;
  other.bases_ = mine;
  std::swap(only_base_, other.only_base_);
  std::swap(last_, other.last_);
  std::swap(base_count_, other.base_count_);
  std::swap(last_base_, other.last_base_);
}

uint64_t Arena::end_ref() const {
  if (last_ == nullptr) return 0;
  return (uint64_t{last_base_} << kChunkBits) + last_->capacity / kUnitBytes;
}

/// Makes a heap chunk that nobody shares yet larger; false when it would be larger than a chunk may be.
bool Arena::grow_in_place(size_t wanted) {
  if (last_->published || last_->blocks != 0) return false;
  size_t capacity = last_->capacity;
  while (capacity < wanted) capacity *= 2;
  if (capacity > kChunkBytes) return false;
  last_ = last_->moved_to(capacity > kHeapChunkBytes ? Chunk::in_blocks(1) : Chunk::in_heap(capacity));
  bases_[last_base_] = last_->data;
  return true;
}

void Arena::add_chunk(size_t bytes) {
  const bool shared_before = last_ != nullptr && last_->published;
  Chunk* chunk = nullptr;
  if (bytes > kHeapChunkBytes || (last_ != nullptr && !shared_before)) {
    chunk = Chunk::in_blocks((bytes + kChunkBytes - 1) / kChunkBytes);
  } else {
    // A writer of a next version starts small and doubles with each chunk that it fills.
    size_t capacity = last_ == nullptr ? kFirstChunkBytes : std::min(last_->capacity * 2, kHeapChunkBytes);
    if (shared_before) capacity = std::min(std::max<size_t>(capacity, 4096), kHeapChunkBytes);
    while (capacity < bytes) capacity *= 2;
    chunk = Chunk::in_heap(capacity);
  }
  if (last_ == nullptr) chunk->used = kUnitBytes;  // reference 0 means "nothing"
  chunk->before = last_;
  last_ = chunk;
  last_base_ = base_count_;
  add_bases(chunk->data, std::max<size_t>(1, (chunk->capacity + kChunkBytes - 1) / kChunkBytes));
}

/// Appends one for each of so many spans from `data` on.
void Arena::add_bases(const uint8_t* data, size_t spans) {
  const size_t count = base_count_ + spans;
  const uint8_t** const bases = room_for_bases(count);
  std::copy_n(bases_, base_count_, bases);
  for (size_t i = 0; i < spans; i++) bases[base_count_ + i] = data + i * kChunkBytes;
  if (!is_one_span()) delete[] bases_;
  bases_ = bases;
  base_count_ = static_cast<uint32_t>(count);
}

Arena Arena::of_size(size_t bytes) {
  Arena arena;
  arena.add_chunk(bytes + kPadding);
  arena.last_->used = round_up(bytes);
  return arena;
}

Arena::Place Arena::append(size_t bytes) {
  bytes = round_up(bytes);
  const size_t wanted = bytes + kPadding + kUnitBytes;
  if (last_ == nullptr) {
    add_chunk(wanted);
  } else if (last_->used + bytes + kPadding > last_->capacity &&
             !grow_in_place(last_->used + bytes + kPadding)) {
    add_chunk(wanted);
  }
  const uint64_t ref = (uint64_t{last_base_} << kChunkBits) + last_->used / kUnitBytes;
  NOMEN_ENSURE(ref <= 0xffffffffU);
  uint8_t* data = last_->data + last_->used;
  if (last_->blocks == 0) std::memset(data, 0, bytes);  // blocks are zero when they come
  last_->used += bytes;
  return {static_cast<Ref>(ref), data};
}

void Arena::shrink() {
  if (last_ == nullptr || last_->published) return;
  const size_t needed = last_->used + kPadding;
  const bool wastes = (last_->capacity - needed) > memory_bytes() / kMostWaste;
  if (last_->blocks == 0 && wastes) {
    last_ = last_->moved_to(Chunk::in_heap(needed));
    bases_[last_base_] = last_->data;
  }
  last_->published = true;
}

size_t Arena::used_bytes() const {
  size_t bytes = 0;
  for (const Chunk* chunk = last_; chunk != nullptr; chunk = chunk->before) bytes += chunk->used;
  return bytes;
}

size_t Arena::memory_bytes() const {
  size_t bytes = 0;
  for (const Chunk* chunk = last_; chunk != nullptr; chunk = chunk->before) bytes += chunk->capacity;
  return bytes;
}

}  // namespace nomen::zone
