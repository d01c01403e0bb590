#include "zone/arena.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/contract.h"
#include "zone/page_pool.h"

namespace nomen::zone {

namespace {

constexpr size_t kFirstChunkBytes = 512;      // a zone of a handful of records
constexpr size_t kHeapChunkBytes = 1U << 20;  // above this a chunk is a block of the page pool
constexpr size_t kMostWaste = 16;             // a free rest of at most one sixteenth of the memory is kept
constexpr size_t kChunkBytes = Arena::kChunkUnits * Arena::kUnitBytes;

size_t round_up(size_t bytes) {
  return (bytes + Arena::kUnitBytes - 1) & ~(Arena::kUnitBytes - 1);
}

}  // namespace

Arena::Chunk::~Chunk() {
  if (blocks != 0) {
    give_blocks(data, blocks);
  } else {
    std::free(data);
  }
}

/// Makes a heap chunk that nobody shares yet larger; false when it would be larger than a chunk may be.
bool Arena::grow_in_place(size_t wanted) {
  Chunk& chunk = *chunks_.back();
  if (chunk.published || chunk.blocks != 0) return false;
  size_t capacity = chunk.capacity;
  while (capacity < wanted) capacity *= 2;
  if (capacity > kChunkBytes) return false;
  uint8_t* moved = nullptr;
  if (capacity > kHeapChunkBytes) {
    capacity = kChunkBytes;
    moved = take_blocks(1);
    std::memcpy(moved, chunk.data, chunk.used);
    std::free(chunk.data);
    chunk.blocks = 1;
  } else {
    moved = static_cast<uint8_t*>(std::realloc(chunk.data, capacity));
    NOMEN_ENSURE(moved != nullptr);
    std::memset(moved + chunk.used, 0, capacity - chunk.used);
  }
  chunk.data = moved;
  chunk.capacity = capacity;
  bases_[last_base_] = moved;
  return true;
}

void Arena::add_chunk(size_t bytes) {
  auto chunk = std::make_shared<Chunk>();
  const bool shared_before = !chunks_.empty() && chunks_.back()->published;
  if (bytes > kHeapChunkBytes || (!chunks_.empty() && !shared_before)) {
    chunk->blocks = (bytes + kChunkBytes - 1) / kChunkBytes;
    chunk->capacity = chunk->blocks * kChunkBytes;
    chunk->data = take_blocks(chunk->blocks);
  } else {
    // A writer of a next version starts small and doubles with each chunk that it fills.
    size_t capacity =
        chunks_.empty() ? kFirstChunkBytes : std::min(chunks_.back()->capacity * 2, kHeapChunkBytes);
    if (shared_before) capacity = std::min(std::max<size_t>(capacity, 4096), kHeapChunkBytes);
    while (capacity < bytes) capacity *= 2;
    chunk->capacity = capacity;
    chunk->data = static_cast<uint8_t*>(std::calloc(1, capacity));
    NOMEN_ENSURE(chunk->data != nullptr);
  }
  last_base_ = bases_.size();
  const size_t spans = std::max<size_t>(1, (chunk->capacity + kChunkBytes - 1) / kChunkBytes);
  for (size_t i = 0; i < spans; i++) bases_.push_back(chunk->data + i * kChunkBytes);
  if (bases_.size() == spans) chunk->used = kUnitBytes;  // reference 0 means "nothing"
  chunks_.push_back(std::move(chunk));
}

Arena Arena::of_size(size_t bytes) {
  Arena arena;
  arena.add_chunk(bytes + kPadding);
  arena.chunks_.back()->used = round_up(bytes);
  return arena;
}

Arena::Place Arena::append(size_t bytes) {
  bytes = round_up(bytes);
  const size_t wanted = bytes + kPadding + kUnitBytes;
  if (chunks_.empty()) {
    add_chunk(wanted);
  } else if (chunks_.back()->used + bytes + kPadding > chunks_.back()->capacity &&
             !grow_in_place(chunks_.back()->used + bytes + kPadding)) {
    add_chunk(wanted);
  }
  Chunk& chunk = *chunks_.back();
  const uint64_t ref = (static_cast<uint64_t>(last_base_) << kChunkBits) + chunk.used / kUnitBytes;
  NOMEN_ENSURE(ref <= 0xffffffffU);
  uint8_t* data = chunk.data + chunk.used;
  chunk.used += bytes;
  return {static_cast<Ref>(ref), data};
}

void Arena::shrink() {
  if (chunks_.empty()) return;
  Chunk& chunk = *chunks_.back();
  const size_t needed = chunk.used + kPadding;
  const bool wastes = (chunk.capacity - needed) > memory_bytes() / kMostWaste;
  if (!chunk.published && chunk.blocks == 0 && wastes) {
    if (auto* moved = static_cast<uint8_t*>(std::realloc(chunk.data, needed)); moved != nullptr) {
      chunk.data = moved;
      chunk.capacity = needed;
      bases_[last_base_] = moved;
    }
  }
  chunk.published = true;
  bases_.shrink_to_fit();
  chunks_.shrink_to_fit();
}

size_t Arena::used_bytes() const {
  size_t bytes = 0;
  for (const auto& chunk : chunks_) bytes += chunk->used;
  return bytes;
}

size_t Arena::memory_bytes() const {
  size_t bytes = 0;
  for (const auto& chunk : chunks_) bytes += chunk->capacity;
  return bytes;
}

}  // namespace nomen::zone
