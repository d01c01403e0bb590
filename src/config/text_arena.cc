#include "config/text_arena.h"

#include <algorithm>
#include <cstring>

namespace nomen::config {

void* TextArena::take(size_t size, size_t align) {
  void* at = at_;
  if (at_ == nullptr || std::align(align, size, at, left_) == nullptr) {
    const size_t bytes = std::max(next_chunk_bytes_, size + align);
    next_chunk_bytes_ = std::min(kChunkBytes, next_chunk_bytes_ * 2);
    chunks_.emplace_back(new std::byte[bytes]);
    at_ = chunks_.back().get();
    left_ = bytes;
    at = at_;
    std::align(align, size, at, left_);
  }
  at_ = static_cast<std::byte*>(at) + size;
  left_ -= size;
  return at;
}

std::string_view TextArena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* at = static_cast<char*>(take(text.size(), 1));
  std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

}  // namespace nomen::config
