// The text of one master file as a row of blocks that begin and end at record boundaries. Blocks are views
// into buffers that live as long as a block refers to them and are used again afterwards: a few of them
// whatever the file's size. Thread rule: one thread at a time; a block and its buffer may go to another
// thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/os/sequential_file.h"
#include "dns/master_block.h"

namespace nomen::dns {

/// A record must end within so many bytes; one that does not has lost a parenthesis.
inline constexpr size_t kMaxRecordBytes = size_t{1} << 20;
/// So many records without an end are looked behind; then the rest of the file is given up. Bounds the work.
inline constexpr size_t kMaxEndlessRecords = 16;

/// Text in memory or in a file, which stays the caller's.
class TextInput {
 public:
  explicit TextInput(std::string_view text) : input_(text) {}
  explicit TextInput(os::SequentialFile& file) : input_(&file) {}
  Result<size_t> read(MutableBytes to);
  uint64_t size() const;

 private:
  std::variant<std::string_view, os::SequentialFile*> input_;
};

struct SourceBlock {
  TextBlock text;
  std::shared_ptr<std::vector<uint8_t>> buffer;  ///< holds the text
  std::vector<uint32_t> directives;              ///< where '$' stands at the begin of a line, from text.begin
};

class MasterSource {
 public:
  using Buffer = std::shared_ptr<std::vector<uint8_t>>;

  /// Blocks of about `block_size` bytes, in `buffers` that nobody refers to any more or in new ones there.
  MasterSource(TextInput input, const MasterKernel& kernel, size_t block_size, std::vector<Buffer>& buffers);

  /// The next block, or nothing at the end of the text.
  std::optional<SourceBlock> next();
  /// The whole lines that are there, of which nothing is known: a record may go on behind them, and any
  /// directive stand among them. Empty at the end of the text.
  TextBlock lines();
  /// lines() has been read up to `rest`, the begin of a record.
  void go_on_at(const TextBlock& rest);
  /// After the end: the file could not be read any further.
  const std::optional<Error>& read_error() const { return read_error_; }
  /// After the end: the last line had no newline.
  bool lacks_newline() const { return lacks_newline_; }
  /// After the end: too many records had no end; the rest was not read.
  bool gave_up() const { return endless_records_ > kMaxEndlessRecords; }
  /// The line behind the last block.
  uint32_t line() const { return line_; }

 private:
  const uint8_t* begin() const { return buffer_->data() + begin_; }
  size_t available() const { return filled_ - begin_; }
  /// Whether there is enough for a block.
  bool is_filled() const { return available() >= block_size_ / 2; }
  void fill();
  Buffer take_buffer(size_t size);
  SourceBlock cut(size_t size, BlockKind kind, std::vector<uint32_t> directives);
  std::optional<SourceBlock> cut_at_directive(CutScan& scan, std::vector<uint32_t>& directives);
  SourceBlock cut_endless();

  TextInput input_;
  const MasterKernel& kernel_;
  size_t block_size_;
  Buffer buffer_;
  std::vector<Buffer>& used_;  // buffers that blocks may still refer to
  size_t begin_ = 0;           // of what has not been returned yet
  size_t filled_ = 0;
  bool at_end_ = false;  // of the input
  bool lacks_newline_ = false;
  size_t endless_records_ = 0;
  uint32_t line_ = 1;
  std::optional<Error> read_error_;
};

}  // namespace nomen::dns
