// A hash table from name hashes to 32-bit references, made for immutable versions: lines of one cache line
// (ten entries: a 16-bit tag of the hash and a reference each), in pages of 4 KiB that versions share and a
// writer copies before it changes them. A search touches one line; whether the entry is really the name
// that was meant, the caller decides by looking at what it refers to. The tag is the part of the hash that
// comes behind the line's number, so that a table grows to twice its lines without asking for hashes again.
// docs/decisions/zone-content.md has the figures that this was chosen by.
// Thread rule: a published Index is constant and may be read by any thread; a writer works on its own copy.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#if defined(__SSE2__)
#include <emmintrin.h>

#include "base/fetch_line.h"
#endif

namespace nomen::zone {

/// What an entry refers to: a place in an Arena, or a number of the caller's. 0 is "nothing".
using Ref = uint32_t;

class Index {
 public:
  Index() = default;
  /// Room for about `expected` entries without growing.
  explicit Index(size_t expected);
  Index(const Index& other);  ///< shares the pages
  Index& operator=(const Index& other);
  Index(Index&& other) noexcept;
  Index& operator=(Index&& other) noexcept;
  ~Index();

  size_t size() const { return size_; }
  /// Bytes of memory of pages and directory (shared pages counted in full).
  size_t memory_bytes() const;

  void prefetch(uint64_t hash) const {
    if (line_count_ != 0) fetch_line(line_at(line_number(position_of(hash))));
  }

  /// The first entry with the hash's tag in its line, or 0: what to prefetch next. May be another name's.
  Ref candidate(uint64_t hash) const {
    if (line_count_ == 0) return 0;
    const uint64_t position = position_of(hash);
    const Line* line = line_at(line_number(position));
    const uint32_t mask = tag_matches(*line, tag_of(position));
    return mask != 0 ? line->refs[__builtin_ctz(mask)] : 0;
  }

  /// The entry for which `is_meant(ref)` holds, or 0.
  template <class Predicate>
  [[gnu::always_inline]] Ref find(uint64_t hash, Predicate&& is_meant) const {
    if (line_count_ == 0) return 0;
    const uint64_t position = position_of(hash);
    const size_t number = line_number(position);
    const Line& line = *line_at(number);
    for (uint32_t mask = tag_matches(line, tag_of(position)); mask != 0; mask &= mask - 1) {
      const Ref ref = line.refs[__builtin_ctz(mask)];
      if (is_meant(ref)) return ref;
    }
    return line.overflowed == 0 ? 0 : find_overflowed(number, tag_of(position), is_meant);
  }

  /// Gives the hash of an entry again, which a table that grows seldom has to know.
  using HashOf = std::function<uint64_t(Ref)>;

  /// Adds an entry; the caller knows that it is not there.
  void insert(uint64_t hash, Ref ref, const HashOf& hash_of);
  /// Puts `now` in the place of `before`, which is there.
  void replace(uint64_t hash, Ref before, Ref now);
  /// Takes an entry out, which is there.
  void remove(uint64_t hash, Ref ref);
  /// Makes the table as small as its entries need, where that saves much.
  void fit(const HashOf& hash_of);

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (size_t n = 0; n < line_count_; n++) for_each_in_line(n, visit);
  }
  /// The table line by line, for walks that stop and go on later.
  size_t line_count() const { return line_count_; }
  static constexpr size_t kEntries = 10;  ///< of a line, at most
  template <class Visit>
  void for_each_in_line(size_t number, Visit&& visit) const {
    const Line& line = *line_at(number);
    for (size_t i = 0; i < line.used; i++) visit(line.refs[i]);
  }

 private:
  static constexpr size_t kPageLines = 64;     // 4 KiB
  static constexpr double kFullEntries = 7.5;  // entries a line on average when the table grows

  /// Doublings after which the tags have too few bits left that tell entries of one line apart.
  static constexpr unsigned kMostDoublings = 4;
  static constexpr unsigned kFractionBits = 40;  // of a position, in lines of the table before its doublings
  static constexpr size_t kMostBaseLines = size_t{1} << (64 - kFractionBits);

  struct alignas(64) Line {
    uint16_t tags[kEntries];  ///< 0 where no entry is
    uint8_t used;
    uint8_t overflowed;  ///< an entry of this line stands in a later one
    uint16_t away;       ///< a bit for each entry that overflowed from an earlier line
    uint32_t refs[kEntries];
  };
  static_assert(sizeof(Line) == 64);

  /// Where an entry stands, in lines of the table before its doublings, as a number with a fraction. Its
  /// first bits are the line's number, and the tag (never 0) is the first bits of the fraction: a doubling
  /// makes one bit more of it part of the line's number.
  uint64_t position_of(uint64_t hash) const { return (hash >> (64 - kFractionBits)) * base_lines_; }
  size_t line_number(uint64_t position) const { return position >> number_shift_; }
  static uint16_t tag_of(uint64_t position) {
    return static_cast<uint16_t>(position >> (kFractionBits - 16)) | 1;
  }
  const Line* line_at(size_t number) const {
    return static_cast<const Line*>(pages_[number / kPageLines]) + number % kPageLines;
  }

  static uint32_t tag_matches(const Line& line, uint16_t tag) {
    uint32_t mask = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(tag));
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.tags));
    const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.tags + kEntries - 8));
    // A byte of the packed comparison for each tag: the first eight, and the last eight once more.
    const auto bits = static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_packs_epi16(_mm_cmpeq_epi16(first, wanted), _mm_cmpeq_epi16(last, wanted))));
    mask = (bits & 0xff) | (bits >> 8) << (kEntries - 8);
#else
    for (size_t i = 0; i < kEntries; i++) mask |= line.tags[i] == tag ? 1U << i : 0U;
#endif
    return mask;
  }

  /// The entry in one of the lines behind `number`, up to one that has not overflowed.
  template <class Predicate>
  [[gnu::noinline]] Ref find_overflowed(size_t number, uint16_t tag, Predicate&& is_meant) const {
    for (size_t looked = 1; looked < line_count_; looked++) {
      if (++number == line_count_) number = 0;
      const Line& line = *line_at(number);
      for (uint32_t mask = tag_matches(line, tag); mask != 0; mask &= mask - 1) {
        const Ref ref = line.refs[__builtin_ctz(mask)];
        if (is_meant(ref)) return ref;
      }
      if (line.overflowed == 0) return 0;
    }
    return 0;
  }

  bool has_own_lines() const { return line_count_ < kPageLines; }
  size_t page_count() const { return (line_count_ + kPageLines - 1) / kPageLines; }
  std::span<void* const> pages() const { return {pages_, page_count()}; }

  void allocate(size_t base_lines, unsigned doublings);
  void share(const Index& other);
  void take(Index& other);
  void release();
  Line* writable_line(size_t number);
  size_t line_with(uint64_t hash, Ref ref) const;
  void rebuild(size_t lines, const HashOf& hash_of);
  void grow(const HashOf& hash_of);
  void split_line(size_t number, Index& larger, const HashOf& hash_of) const;
  void place(uint64_t hash, Ref ref);
  void place_from(size_t number, uint16_t tag, Ref ref);
  unsigned doublings() const { return kFractionBits - number_shift_; }

  void** pages_ = nullptr;  ///< of lines; &own_lines_ for a table of less than a page
  void* own_lines_ = nullptr;
  uint32_t line_count_ = 0;  ///< base_lines_, doubled so many times
  uint32_t base_lines_ = 0;
  unsigned number_shift_ = kFractionBits;
  uint32_t size_ = 0;
};

}  // namespace nomen::zone
