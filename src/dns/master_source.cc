#include "dns/master_source.h"

#include <algorithm>

namespace nomen::dns {

namespace {

/// "$INCLUDE" and "$GENERATE" change the flow of records and get a block of their own.
bool cuts_flow(std::string_view text) {
  constexpr std::string_view kWords[] = {"$include", "$generate"};
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return text.size() >= word.size() &&
           std::ranges::equal(text.substr(0, word.size()), word, [](char a, char b) {
             return lower(static_cast<uint8_t>(a)) == static_cast<uint8_t>(b);
           });
  });
}
constexpr size_t kDirectiveBytes = 16;  // enough to tell which directive it is

}  // namespace

Result<size_t> TextInput::read(MutableBytes to) {
  if (auto* const* file = std::get_if<os::SequentialFile*>(&input_)) return (*file)->read(to);
  auto& text = std::get<std::string_view>(input_);
  const size_t size = std::min(to.size(), text.size());
  if (size != 0) std::memcpy(to.data(), text.data(), size);
  text.remove_prefix(size);
  return size;
}

uint64_t TextInput::size() const {
  if (auto* const* file = std::get_if<os::SequentialFile*>(&input_)) return (*file)->size();
  return std::get<std::string_view>(input_).size();
}

MasterSource::MasterSource(TextInput input, const MasterKernel& kernel, size_t block_size,
                           std::vector<Buffer>& buffers)
    : input_(input), kernel_(kernel), block_size_(block_size), used_(buffers) {
  // A small file gets a small buffer; one more byte shows its end.
  const uint64_t size = input_.size();
  if (size != 0) block_size_ = static_cast<size_t>(std::min<uint64_t>(block_size_, size + 1));
  fill();
}

/// A buffer that no block refers to any more, or a new one.
MasterSource::Buffer MasterSource::take_buffer(size_t size) {
  for (Buffer& used : used_) {
    if (used.use_count() == 1 && used->size() >= size) return used;
  }
  std::erase_if(used_, [](const Buffer& used) { return used.use_count() == 1; });
  used_.push_back(std::make_shared<std::vector<uint8_t>>(size + size / 8));  // the kept rest differs in size
  return used_.back();
}

/// Reads on behind what has not been returned yet: at least block_size_ bytes, or to the end.
void MasterSource::fill() {
  const size_t kept = buffer_ ? available() : 0;
  Buffer old = std::move(buffer_);
  const size_t wanted = kept + block_size_;
  buffer_ = take_buffer(wanted + 1 + kTextPadding);
  if (kept != 0) std::memcpy(buffer_->data(), old->data() + begin_, kept);
  begin_ = 0;
  filled_ = kept;
  const auto got = input_.read({buffer_->data() + kept, block_size_});
  if (!got) read_error_ = got.error();
  filled_ += got.value_or(0);
  at_end_ = got.value_or(0) < block_size_;
  if (at_end_ && filled_ != 0 && (*buffer_)[filled_ - 1] != '\n') {
    lacks_newline_ = true;
    (*buffer_)[filled_++] = '\n';
  }
}

TextBlock MasterSource::lines() {
  if (!is_filled() && !at_end_) fill();
  size_t size = available();
  // The line behind has an owner of its own: a reader that begins there knows it.
  const auto ends_here = [&] {
    const bool is_known = size < available();
    return begin()[size - 1] == '\n' && (is_known ? begin()[size] > ' ' : at_end_);
  };
  while (size != 0 && !ends_here()) size--;
  return {begin(), size, line_, BlockKind::kRecords};
}

void MasterSource::go_on_at(const TextBlock& rest) {
  begin_ = static_cast<size_t>(rest.begin - buffer_->data());
  line_ = rest.line;
}

SourceBlock MasterSource::cut(size_t size, BlockKind kind, std::vector<uint32_t> directives) {
  SourceBlock block{{begin(), size, line_, kind}, buffer_, std::move(directives)};
  std::erase_if(block.directives, [size](uint32_t at) { return at >= size; });
  line_ += kernel_.count_lines(begin(), size);
  begin_ += size;
  return block;
}

std::optional<SourceBlock> MasterSource::next() {
  CutScan scan;
  std::vector<uint32_t> directives;
  bool own_block = false;
  for (;;) {
    kernel_.scan_cuts(scan, begin(), available());
    if (scan.at < available() && scan.stop_at_line) return cut(scan.at, BlockKind::kDirective, {});
    if (scan.at < available()) {
      if (available() - scan.at < kDirectiveBytes && !at_end_) {
        fill();
        continue;
      }
      if (auto block = cut_at_directive(scan, directives)) return block;
      own_block = scan.stop_at_line;
      continue;
    }
    if (at_end_) {
      if (available() == 0) return std::nullopt;
      const bool is_complete = scan.line_start;
      if (is_complete)
        return cut(available(), own_block ? BlockKind::kDirective : BlockKind::kRecords,
                   std::move(directives));
      if (scan.safe != CutScan::kNone) return cut(scan.safe, BlockKind::kRecords, std::move(directives));
      return cut_endless();
    }
    if (is_filled() && scan.safe != CutScan::kNone) {
      const bool near_end = scan.safe_owner != CutScan::kNone && scan.safe_owner >= scan.safe / 2;
      return cut(near_end ? scan.safe_owner : scan.safe, BlockKind::kRecords, std::move(directives));
    }
    if (available() > kMaxRecordBytes) return cut_endless();
    fill();
  }
}

/// The scan stands on a '$' at a line start: the block before it, when it needs one of its own.
std::optional<SourceBlock> MasterSource::cut_at_directive(CutScan& scan, std::vector<uint32_t>& directives) {
  const std::string_view text = as_text({begin() + scan.at, available() - scan.at});
  if (cuts_flow(text)) {
    if (scan.at != 0) return cut(scan.at, BlockKind::kRecords, directives);
    scan.stop_at_line = true;
  } else {
    directives.push_back(static_cast<uint32_t>(scan.at));
  }
  scan.line_start = false;
  return std::nullopt;
}

/// The first record has no end: only its first line is returned, so that reading goes on behind it.
SourceBlock MasterSource::cut_endless() {
  endless_records_++;
  const auto* newline = static_cast<const uint8_t*>(std::memchr(begin(), '\n', available()));
  if (gave_up()) {
    at_end_ = true;
    return cut(available(), BlockKind::kTooLong, {});
  }
  if (newline == nullptr) return cut(available(), BlockKind::kTooLong, {});
  return cut(static_cast<size_t>(newline + 1 - begin()), BlockKind::kRecords, {});
}

}  // namespace nomen::dns
