#include "zone/index.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/contract.h"
#include "zone/page_pool.h"

namespace nomen::zone {

// A table of less than a page has lines of its own, which a copy copies; larger ones share pooled pages.

namespace {

/// Lines in which so many entries have room to become a few more.
size_t lines_for(size_t entries, double full_entries) {
  return static_cast<size_t>(static_cast<double>(entries) / (full_entries * 0.94)) + 1;
}

/// `line` has room.
template <class Line>
void append(Line& line, uint16_t tag, Ref ref) {
  line.tags[line.used] = tag;
  line.refs[line.used] = ref;
  line.used++;
}

}  // namespace

Index::Index(size_t expected) {
  if (expected > 0) allocate(lines_for(expected, kFullEntries), 0);
}

Index::Index(const Index& other) {
  share(other);
}

Index& Index::operator=(const Index& other) {
  if (this == &other) return *this;
  release();
  share(other);
  return *this;
}

Index::Index(Index&& other) noexcept {
  take(other);
}

Index& Index::operator=(Index&& other) noexcept {
  if (this == &other) return *this;
  release();
  take(other);
  return *this;
}

Index::~Index() {
  release();
}

size_t Index::memory_bytes() const {
  return has_own_lines() ? line_count_ * sizeof(Line) : page_count() * (sizeof(void*) + kPageBytes);
}

void Index::allocate(size_t base_lines, unsigned doublings) {
  for (; base_lines > kMostBaseLines; doublings++) base_lines = (base_lines + 1) / 2;
  base_lines_ = static_cast<uint32_t>(base_lines);
  number_shift_ = kFractionBits - doublings;
  line_count_ = base_lines_ << doublings;
  size_ = 0;
  if (has_own_lines()) {
    const size_t bytes = line_count_ * sizeof(Line);
    own_lines_ = ::operator new(bytes, std::align_val_t{alignof(Line)});
    std::memset(own_lines_, 0, bytes);
    pages_ = &own_lines_;
    return;
  }
  pages_ = new void*[page_count()];
  for (size_t i = 0; i < page_count(); i++) pages_[i] = take_page();
}

void Index::share(const Index& other) {
  if (other.line_count_ == 0) return;
  if (other.has_own_lines()) {
    allocate(other.base_lines_, other.doublings());
    std::memcpy(own_lines_, other.own_lines_, line_count_ * sizeof(Line));
  } else {
    pages_ = new void*[other.page_count()];
    std::ranges::copy(other.pages(), pages_);
    line_count_ = other.line_count_;
    base_lines_ = other.base_lines_;
    number_shift_ = other.number_shift_;
    add_page_users(pages());
  }
  size_ = other.size_;
}

/// What `other` has becomes this one's, which is empty.
void Index::take(Index& other) {
  own_lines_ = std::exchange(other.own_lines_, nullptr);
  pages_ = other.has_own_lines() ? &own_lines_ : other.pages_;
  other.pages_ = nullptr;
  line_count_ = std::exchange(other.line_count_, 0);
  base_lines_ = other.base_lines_;
  number_shift_ = other.number_shift_;
  size_ = std::exchange(other.size_, 0);
}

void Index::release() {
  if (line_count_ == 0) return;
  if (has_own_lines()) {
    ::operator delete(own_lines_, std::align_val_t{alignof(Line)});
  } else {
    drop_page_users(pages());
    delete[] pages_;
  }
  own_lines_ = nullptr;
  pages_ = nullptr;
  line_count_ = 0;
  size_ = 0;
}

Index::Line* Index::writable_line(size_t number) {
  void*& page = pages_[number / kPageLines];
  if (!has_own_lines() && page_is_shared(page)) {
    void* const own = take_copy(page);
    drop_page_users({&page, 1});
    page = own;
  }
  return static_cast<Line*>(page) + number % kPageLines;
}

void Index::place(uint64_t hash, Ref ref) {
  const uint64_t position = position_of(hash);
  place_from(line_number(position), tag_of(position), ref);
}

/// Into the line that the entry belongs to, or the next one with room.
void Index::place_from(size_t number, uint16_t tag, Ref ref) {
  for (bool is_away = false;; is_away = true) {
    Line* line = writable_line(number);
    if (line->used < kEntries) {
      if (is_away) line->away |= static_cast<uint16_t>(1U << line->used);
      append(*line, tag, ref);
      size_++;
      return;
    }
    line->overflowed = 1;
    if (++number == line_count_) number = 0;
  }
}

void Index::insert(uint64_t hash, Ref ref, const HashOf& hash_of) {
  NOMEN_REQUIRE(ref != 0);
  if (line_count_ == 0) {
    allocate(1, 0);
  } else if (static_cast<double>(size_ + 1) > static_cast<double>(line_count_) * kFullEntries) {
    grow(hash_of);
  }
  place(hash, ref);
}

size_t Index::line_with(uint64_t hash, Ref ref) const {
  size_t number = line_number(position_of(hash));
  for (size_t looked = 0; looked < line_count_; looked++) {
    const Line& line = *line_at(number);
    for (size_t i = 0; i < line.used; i++) {
      if (line.refs[i] == ref) return number;
    }
    if (++number == line_count_) number = 0;
  }
  NOMEN_REQUIRE(!"the entry is in the table");
  return 0;
}

void Index::replace(uint64_t hash, Ref before, Ref now) {
  Line* line = writable_line(line_with(hash, before));
  *std::find(line->refs, line->refs + line->used, before) = now;
}

void Index::remove(uint64_t hash, Ref ref) {
  Line* line = writable_line(line_with(hash, ref));
  const auto at = static_cast<unsigned>(std::find(line->refs, line->refs + line->used, ref) - line->refs);
  const unsigned last = --line->used;
  const unsigned last_away = line->away >> last & 1U;
  line->tags[at] = line->tags[last];
  line->refs[at] = line->refs[last];
  line->away = static_cast<uint16_t>((line->away & ~(1U << at)) | last_away << at);
  line->tags[last] = 0;
  line->away &= static_cast<uint16_t>(~(1U << last));
  size_--;
}

void Index::rebuild(size_t lines, const HashOf& hash_of) {
  Index larger;
  larger.allocate(lines, 0);
  for_each([&](Ref ref) { larger.place(hash_of(ref), ref); });
  *this = std::move(larger);
}

/// To twice the lines. Names of a large zone are all over the memory; their hashes are asked for only where
/// the tags do not say enough.
void Index::grow(const HashOf& hash_of) {
  if (doublings() >= kMostDoublings) return rebuild(line_count_ * 2, hash_of);
  Index larger;
  larger.allocate(base_lines_, doublings() + 1);
  for (size_t number = 0; number < line_count_; number++) split_line(number, larger, hash_of);
  *this = std::move(larger);
}

void Index::split_line(size_t number, Index& larger, const HashOf& hash_of) const {
  const auto before = [this](size_t n) { return n == 0 ? line_count_ - 1 : n - 1; };
  const Line& line = *line_at(number);
  Line* const halves = larger.writable_line(number * 2);
  const unsigned next_bit = 15 - doublings();
  for (unsigned i = 0; i < line.used; i++) {
    const uint16_t tag = line.tags[i];
    const unsigned half = tag >> next_bit & 1U;
    const bool is_away = (line.away >> i & 1U) != 0;
    if (is_away && line_at(before(before(number)))->overflowed != 0) {
      // From the line before this one or from an earlier one.
      larger.place(hash_of(line.refs[i]), line.refs[i]);
    } else if (is_away || halves[half].used == kEntries) {
      larger.place_from((is_away ? before(number) : number) * 2 + half, tag, line.refs[i]);
    } else {
      append(halves[half], tag, line.refs[i]);
      larger.size_++;
    }
  }
}

void Index::fit(const HashOf& hash_of) {
  const size_t wanted = lines_for(size_, kFullEntries);
  if (wanted * 4 < line_count_ * 3) rebuild(wanted, hash_of);
}

}  // namespace nomen::zone
