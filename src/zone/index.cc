#include "zone/index.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/contract.h"
#include "zone/page_pool.h"

namespace nomen::zone {

// A table of less than a page has lines of its own, which a copy copies; larger ones share pooled pages.

Index::Index(size_t expected) {
  if (expected > 0) allocate(static_cast<size_t>(static_cast<double>(expected) / (kFullEntries * 0.94)) + 1);
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

Index::Index(Index&& other) noexcept
    : pages_(std::exchange(other.pages_, {})),
      line_count_(std::exchange(other.line_count_, 0)),
      size_(std::exchange(other.size_, 0)) {}

Index& Index::operator=(Index&& other) noexcept {
  if (this == &other) return *this;
  release();
  pages_ = std::exchange(other.pages_, {});
  line_count_ = std::exchange(other.line_count_, 0);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Index::~Index() {
  release();
}

size_t Index::memory_bytes() const {
  return pages_.capacity() * sizeof(Line*) +
         (line_count_ < kPageLines ? line_count_ * sizeof(Line) : pages_.size() * kPageBytes);
}

void Index::allocate(size_t lines) {
  line_count_ = lines;
  size_ = 0;
  if (lines < kPageLines) {
    auto* own = static_cast<Line*>(::operator new(lines * sizeof(Line), std::align_val_t{alignof(Line)}));
    std::memset(static_cast<void*>(own), 0, lines * sizeof(Line));
    pages_.assign(1, own);
    return;
  }
  const size_t count = (lines + kPageLines - 1) / kPageLines;
  pages_.clear();
  pages_.reserve(count);
  for (size_t i = 0; i < count; i++) pages_.push_back(static_cast<Line*>(take_page()));
}

void Index::share(const Index& other) {
  if (other.line_count_ != 0 && other.line_count_ < kPageLines) {
    allocate(other.line_count_);
    std::memcpy(static_cast<void*>(pages_[0]), other.pages_[0], line_count_ * sizeof(Line));
  } else {
    pages_ = other.pages_;
    line_count_ = other.line_count_;
    for (Line* page : pages_) add_page_user(page);
  }
  size_ = other.size_;
}

void Index::release() {
  if (line_count_ != 0 && line_count_ < kPageLines) {
    ::operator delete(pages_[0], std::align_val_t{alignof(Line)});
  } else {
    for (Line* page : pages_) drop_page_user(page);
  }
  pages_.clear();
  line_count_ = 0;
  size_ = 0;
}

Index::Line* Index::writable_line(size_t number) {
  Line*& page = pages_[number / kPageLines];
  if (line_count_ >= kPageLines && page_is_shared(page)) {
    auto* own = static_cast<Line*>(take_copy(page));
    drop_page_user(page);
    page = own;
  }
  return page + number % kPageLines;
}

void Index::place(uint64_t hash, Ref ref) {
  size_t number = line_number(hash);
  for (;;) {
    Line* line = writable_line(number);
    if (line->used < kEntries) {
      line->tags[line->used] = tag_of(hash);
      line->refs[line->used] = ref;
      line->used++;
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
    allocate(1);
  } else if (static_cast<double>(size_ + 1) > static_cast<double>(line_count_) * kFullEntries) {
    rebuild(line_count_ * 2, hash_of);
  }
  place(hash, ref);
}

size_t Index::line_with(uint64_t hash, Ref ref) const {
  size_t number = line_number(hash);
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
  const auto at = std::find(line->refs, line->refs + line->used, ref) - line->refs;
  line->used--;
  line->tags[at] = line->tags[line->used];
  line->refs[at] = line->refs[line->used];
  size_--;
}

void Index::rebuild(size_t lines, const HashOf& hash_of) {
  Index larger;
  larger.allocate(lines);
  for_each([&](Ref ref) { larger.place(hash_of(ref), ref); });
  *this = std::move(larger);
}

void Index::fit(const HashOf& hash_of) {
  const size_t wanted = static_cast<size_t>(static_cast<double>(size_) / (kFullEntries * 0.94)) + 1;
  if (wanted * 4 < line_count_ * 3) rebuild(wanted, hash_of);
}

}  // namespace nomen::zone
