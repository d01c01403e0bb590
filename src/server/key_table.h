// Values by keys that are hashes of 64 even bits (dns/hashed_name.h), for hundreds of thousands of them: a
// look is mostly one wait for memory, which prefetch() takes ahead. A value stays where it is until it is
// taken out. Thread rule: one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/fetch_line.h"

namespace nomen::server {

template <class Value>
class KeyTable {
 public:
  using Owned = std::unique_ptr<Value>;

  KeyTable() = default;
  /// Leaves the other one empty.
  KeyTable(KeyTable&& other) noexcept
      : slots_(std::exchange(other.slots_, {})), size_(std::exchange(other.size_, 0)) {}
  KeyTable& operator=(KeyTable&& other) noexcept {
    slots_ = std::exchange(other.slots_, {});
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Room for so many values, so that the table need not grow.
  void reserve(size_t count) {
    size_t slots = slots_.size();
    while (slots < kLeastSlots || slots < 2 * count) slots = slots == 0 ? kLeastSlots : 2 * slots;
    if (slots > slots_.size()) resize(slots);
  }

  /// Fetches what find(), insert() and extract() look at first.
  void prefetch(uint64_t key) const {
    if (!slots_.empty()) fetch_line(&slots_[place_of(key)]);
  }

  /// nullptr when there is none.
  Value* find(uint64_t key) const { return empty() ? nullptr : slots_[slot_of(key)].value.get(); }

  /// Puts a value in, unless the key has one; returns the one that it has then.
  Value& insert(uint64_t key, Owned value) {
    reserve(size_ + 1);
    Slot& slot = slots_[slot_of(key)];
    if (slot.value == nullptr) {
      slot = {key, std::move(value)};
      size_++;
    }
    return *slot.value;
  }

  /// Takes a value out; nullptr when there is none.
  Owned extract(uint64_t key) {
    if (empty()) return nullptr;
    size_t gap = slot_of(key);
    Owned out = std::move(slots_[gap].value);
    if (out == nullptr) return nullptr;
    size_--;
    // What stands behind the gap, and would not be found over it, closes it.
    for (size_t at = next(gap); slots_[at].value != nullptr; at = next(at)) {
      const size_t home = place_of(slots_[at].key);
      if (distance(home, at) < distance(gap, at)) continue;
      slots_[gap] = std::move(slots_[at]);
      gap = at;
    }
    return out;
  }

  /// visit(key, value) for each, in no order; nothing may come or go meanwhile.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.value != nullptr) visit(slot.key, *slot.value);
    }
  }

 private:
  static constexpr size_t kLeastSlots = 16;

  struct Slot {
    uint64_t key = 0;
    Owned value;
  };

  size_t place_of(uint64_t key) const { return static_cast<size_t>(key) & (slots_.size() - 1); }
  size_t next(size_t at) const { return (at + 1) & (slots_.size() - 1); }
  size_t distance(size_t from, size_t to) const { return (to - from) & (slots_.size() - 1); }
  /// Where the key is, or would be: less than half of the slots are taken.
  size_t slot_of(uint64_t key) const {
    size_t at = place_of(key);
    while (slots_[at].value != nullptr && slots_[at].key != key) at = next(at);
    return at;
  }
  void resize(size_t count) {
    std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(count));
    for (Slot& slot : before) {
      if (slot.value != nullptr) slots_[slot_of(slot.key)] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;  ///< as many as a power of two, or none
  size_t size_ = 0;
};

}  // namespace nomen::server
