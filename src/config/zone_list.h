// The zones of a view, in their order. A list is made of parts that other lists share: one that says nearly
// the same as another costs what is different, however many zones there are. Thread rule: a value; a part
// that lists share is not changed any more.
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

namespace nomen::config {

struct Zone;
/// Whoever keeps a zone shares it: a configuration that is read again has the same objects for zones that did
/// not change (zone_memory.h).
using ZonePtr = std::shared_ptr<const Zone>;

class ZoneList {
 public:
  static constexpr size_t kPartZones = 64;  ///< at most in a part that add() makes
  using Part = std::vector<ZonePtr>;
  using PartPtr = std::shared_ptr<Part>;  ///< never nullptr, nor to nothing

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ZonePtr;
    using difference_type = std::ptrdiff_t;
    using pointer = const ZonePtr*;
    using reference = const ZonePtr&;

    Iterator() = default;
    Iterator(const PartPtr* part, size_t place) : part_(part), place_(place) {}
    const ZonePtr& operator*() const { return (**part_)[place_]; }
    const ZonePtr* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++place_ == (*part_)->size()) {
        part_++;
        place_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class ZoneList;
    const PartPtr* part_ = nullptr;
    size_t place_ = 0;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return {parts_.data(), 0}; }
  Iterator end() const { return {parts_.data() + parts_.size(), 0}; }
  /// In as many steps as there are parts in front of it; `place` may be size().
  Iterator at(size_t place) const;
  const ZonePtr& operator[](size_t place) const { return *at(place); }

  /// The part that begins there, if it has so many zones; else nullptr.
  static PartPtr part_from(Iterator from, size_t count) {
    return from.place_ == 0 && (*from.part_)->size() == count ? *from.part_ : nullptr;
  }

  void add(ZonePtr zone);
  /// All of a part, which is shared from now on.
  void add_part(PartPtr part);

  /// Puts another zone into the place of one, or nothing for nullptr; what other lists have stays as it is.
  void replace(const ZonePtr& zone, const ZonePtr& by);

  /// Calls `visit` with the zones from `first` to before `last`, as many of them at once as lie together.
  template <class Visit>
  void visit(size_t first, size_t last, Visit visit) const {
    const Iterator from = at(first);
    size_t place = from.place_;
    for (const PartPtr* part = from.part_; first < last; part++, place = 0) {
      const size_t count = std::min((*part)->size() - place, last - first);
      visit(std::span<const ZonePtr>(**part).subspan(place, count));
      first += count;
    }
  }

  /// How many zones the two begin, and behind these end, with in common: the same objects.
  struct Common {
    size_t first = 0;
    size_t last = 0;
  };
  static Common common(const ZoneList& a, const ZoneList& b);

  /// The same objects in the same order.
  bool operator==(const ZoneList& other) const;

 private:
  std::vector<PartPtr> parts_;
  size_t size_ = 0;
};

}  // namespace nomen::config
