// A name kept for long and by the hundred thousand: it takes what it needs instead of the 256 bytes of a
// Name. Thread rule: a value; constant once made.
#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "dns/name.h"

namespace nomen::dns {

class StoredName {
 public:
  explicit StoredName(NameView name) : size_(static_cast<uint8_t>(name.size())) {
    if (size_ > kInline) far_ = std::make_unique<uint8_t[]>(size_ + kPadding);
    std::memcpy(far_ ? far_.get() : near_.data(), name.data(), size_);
  }
  StoredName(const StoredName& other) : StoredName(other.view()) {}
  StoredName& operator=(const StoredName&) = delete;

  const uint8_t* data() const { return size_ > kInline ? far_.get() : near_.data(); }
  size_t size() const { return size_; }
  NameView view() const { return {data(), size_}; }
  operator NameView() const { return view(); }  // NOLINT(google-explicit-constructor): as a Name is one

 private:
  static constexpr size_t kInline = 32;
  static constexpr size_t kPadding = 32;  ///< readable bytes behind the name, as readers of names may look at

  std::unique_ptr<uint8_t[]> far_;
  std::array<uint8_t, kInline + kPadding - 9> near_{};
  uint8_t size_;
};

}  // namespace nomen::dns
