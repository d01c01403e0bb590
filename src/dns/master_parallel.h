// Blocks parsed by several threads. A block begins in the state that the reader foresees for it; whether it
// was right is seen when the blocks before it are done (state_was_foreseen), and a block that was not is read
// again. Thread rule: the pool belongs to one thread, which submits and collects; its workers are its own.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dns/master_block.h"
#include "dns/master_source.h"

namespace nomen::dns {

/// One block on its way: text and foreseen state in; records, diagnostics and the state behind it out.
struct BlockWork {
  SourceBlock block;
  const std::string* file = nullptr;
  MasterState entry;

  MasterState exit;
  EntryUse use;
  std::vector<RecordBatch> batches;
  MasterReport report;
  enum class Stage : uint8_t { kWaiting, kTaken, kDone } stage = Stage::kWaiting;  ///< under the pool's lock
};

/// Whether a block that began with work.entry would have come out the same from `actual`.
bool state_was_foreseen(const BlockWork& work, const MasterState& actual);
/// The state behind the block, which began with `actual`.
MasterState state_behind(const BlockWork& work, const MasterState& actual);

class BlockPool {
 public:
  /// `threads` - 1 workers; the caller is the other one.
  BlockPool(const MasterFileOptions& options, const MasterKernel& kernel, unsigned threads);
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  /// So many blocks may be on their way: what bounds the memory.
  size_t capacity() const { return 2 * (workers_.size() + 1); }
  size_t size() const { return order_.size(); }
  void submit(std::unique_ptr<BlockWork> work);
  /// The oldest block, done; the caller's thread does it itself when no worker has begun it.
  std::unique_ptr<BlockWork> collect();
  /// A batch that has been consumed, for use again.
  void recycle(RecordBatch batch);

 private:
  class WorkSink;

  void work();
  void run(BlockWork& work, BlockParser& parser);
  RecordBatch spare_batch();

  const MasterFileOptions& options_;
  const MasterKernel& kernel_;
  BlockParser own_parser_;
  std::deque<std::unique_ptr<BlockWork>> order_;  // touched by the owner only
  std::mutex mutex_;
  std::condition_variable submitted_;
  std::condition_variable done_;
  std::deque<BlockWork*> waiting_;    // under mutex_
  std::vector<RecordBatch> spares_;   // under mutex_
  bool stopping_ = false;             // under mutex_
  std::vector<std::thread> workers_;  // last: they use all of the above
};

}  // namespace nomen::dns
