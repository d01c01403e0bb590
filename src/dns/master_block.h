// Reads a block of a master file: a piece of text that begins and ends at record boundaries. Plain records go
// through a kernel, everything else record by record. The same code serves one thread, several, and $INCLUDEd
// files. Thread rule: one thread at a time per object.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "dns/master_batch.h"
#include "dns/master_kernel.h"
#include "dns/master_lexer.h"
#include "dns/master_state.h"

namespace nomen::dns {

enum class BlockKind : uint8_t {
  kRecords,    ///< records, $ORIGIN, $TTL
  kDirective,  ///< one $INCLUDE or $GENERATE
  kTooLong,    ///< a record above kMaxRecordBytes that is left out
};

/// kTextPadding bytes behind the end are readable.
struct TextBlock {
  const uint8_t* begin = nullptr;
  size_t size = 0;
  uint32_t line = 1;  ///< of its first byte
  BlockKind kind = BlockKind::kRecords;
};

/// What a block asks the reader of the file to do next.
struct IncludeRequest {
  std::string path;
  Name origin;
  SourcePosition position;
};

/// What a block took from the state it began with, beside origin and default TTL, and what it left changed.
struct EntryUse {
  bool owner = false;  ///< its first records have the owner of the block before
  bool ttl = false;    ///< a TTL came, or might have come, from the block before
  bool sets_owner = false;
  bool sets_last_ttl = false;
};

class BlockParser {
 public:
  BlockParser(const MasterFileOptions& options, const MasterKernel& kernel);
  /// With memory that another parser has given back.
  BlockParser(const MasterFileOptions& options, const MasterKernel& kernel, MasterBuffers& buffers);
  /// Gives the memory back for another parser; this one reads no more.
  void give_back(MasterBuffers& buffers);

  /// Reads `block` of `file` from `state` on and moves the state; records go to `writer` (not flushed at the
  /// end).
  std::optional<IncludeRequest> parse(const TextBlock& block, const std::string& file, MasterState& state,
                                      BatchWriter& writer, MasterReport& report);
  /// Reads the plain lines at the begin of `lines`: records that a kernel takes, $TTL and $ORIGIN. The rest
  /// is what it left. None of them goes on behind its line, so that nobody has to look for their ends before.
  TextBlock parse_plain(const TextBlock& lines, const std::string& file, MasterState& state,
                        BatchWriter& writer, MasterReport& report);
  const EntryUse& entry_use() const { return entry_use_; }

  /// Moves `state` as the $ORIGINs and $TTLs of `block` will, which stand at `directives` in it. Reads
  /// nothing else.
  void foresee(const TextBlock& block, std::span<const uint32_t> directives, MasterState& state);

 private:
  struct Fields;  // TTL, class and type in front of the rdata

  void attach(BlockKind kind, const std::string& file, MasterState& state, uint32_t& line,
              MasterReport& report);
  void begin(const TextBlock& block, const std::string& file, MasterState& state, BatchWriter& writer,
             MasterReport& report);
  const uint8_t* run_kernel(const uint8_t* at);
  const uint8_t* read_plain_lines(const uint8_t* at);
  const uint8_t* read_one(const uint8_t* at);
  void read_directive();
  void read_origin();
  void read_default_ttl();
  void read_include();
  void read_generate();
  void read_record();
  bool read_owner();
  bool read_fields(size_t at, Fields& fields);
  bool read_generate_fields(Fields& fields);
  bool generate_one(const Fields& fields, uint32_t value, std::string_view rhs);
  bool check_type(RRType type, const TextToken& token);
  bool read_rdata(RRType type, size_t first);
  std::optional<uint32_t> record_ttl(const Fields& fields);
  std::optional<uint32_t> read_ttl(std::string_view text);
  void emit(NameView owner, const Fields& fields);

  bool expect_end(size_t at);
  bool has_token(size_t at);
  void set_owner(const Name& owner);
  void keep_owner();
  void load_run();
  void store_run();
  SourcePosition position(const char* at) const;
  void error(const char* at, std::string text);
  void warn(const char* at, std::string text);

  const MasterFileOptions& options_;
  const MasterKernel& kernel_;
  std::unique_ptr<RdataBuffer> rdata_;
  LexedRecord record_;
  LexedRecord generated_;
  alignas(32) std::array<uint8_t, 320> origin_;  // padded for the kernels
  EntryUse entry_use_;

  // Of the block that is being read.
  const std::string* file_ = nullptr;
  MasterState* state_ = nullptr;
  BatchWriter* writer_ = nullptr;
  uint32_t* line_ = nullptr;
  MasterReport* report_ = nullptr;
  std::optional<IncludeRequest> include_;
  BlockKind kind_ = BlockKind::kRecords;
  const char* record_begin_ = nullptr;
};

}  // namespace nomen::dns
