// Reads a whole master file with what it includes: block by block on the caller's thread, or, when it is
// large and threads are allowed, on several with the caller's (master_parallel.h). What comes out is the
// same. Thread rule: one thread; `consume` is called on it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "dns/master_block.h"
#include "dns/master_parallel.h"
#include "dns/master_source.h"

namespace nomen::dns {

/// $INCLUDE in an included file, and so on: no deeper than this.
inline constexpr unsigned kMaxIncludeDepth = 16;

/// What tests turn.
struct MasterTuning {
  const MasterKernel* kernel = &best_master_kernel();
  size_t block_size = size_t{128} << 10;  ///< text of a block: with its records it fits a second-level cache
  uint64_t parallel_from = uint64_t{1} << 20;  ///< smaller files are read on one thread
};

class MasterReader {
 public:
  MasterReader(const MasterFileOptions& options, const MasterTuning& tuning, const ConsumeBatch& consume);
  /// Gives the buffers back for the next file.
  ~MasterReader();
  MasterReader(const MasterReader&) = delete;
  MasterReader& operator=(const MasterReader&) = delete;

  MasterFileSummary read(TextInput input, const std::string& name);

 private:
  class ConsumeSink : public BatchSink {
   public:
    explicit ConsumeSink(const ConsumeBatch& consume) : consume_(consume) {}
    RecordBatch deliver(RecordBatch batch) override {
      consume_(batch);
      return batch;
    }

   private:
    const ConsumeBatch& consume_;
  };

  void read_source(TextInput input, const std::string& file, MasterState& state);
  void read_parallel(MasterSource& source, const std::string& file, MasterState& state);
  void deliver(MasterState& state, MasterState& foreseen);
  void read_here(const SourceBlock& block, const std::string& file, MasterState& state);
  void read_plain(MasterSource& source, const std::string& file, MasterState& state);
  void include(const IncludeRequest& request, MasterState& state);
  void report_end(const MasterSource& source, const std::string& file);

  const MasterFileOptions& options_;
  MasterTuning tuning_;
  const ConsumeBatch& consume_;
  MasterBuffers own_buffers_;
  MasterBuffers& buffers_;
  ConsumeSink sink_;
  BatchWriter writer_;
  BlockParser parser_;
  MasterReport report_;
  std::vector<std::unique_ptr<std::string>> included_;  // names of files, at stable places
  std::unique_ptr<BlockPool> pool_;
  uint64_t pooled_records_ = 0;
  unsigned depth_ = 0;
};

}  // namespace nomen::dns
