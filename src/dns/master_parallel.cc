#include "dns/master_parallel.h"

#include <algorithm>

namespace nomen::dns {

namespace {

bool same_name(const Name& a, const Name& b) {
  return equal(a.bytes(), b.bytes());
}

bool same_owner(const std::optional<Name>& a, const std::optional<Name>& b) {
  return a.has_value() == b.has_value() && (!a || same_name(*a, *b));
}

}  // namespace

bool state_was_foreseen(const BlockWork& work, const MasterState& actual) {
  const MasterState& entry = work.entry;
  if (!same_name(entry.origin, actual.origin) || entry.default_ttl_s != actual.default_ttl_s) return false;
  if (work.use.owner && !same_owner(entry.owner, actual.owner)) return false;
  return !work.use.ttl ||
         (entry.last_ttl_s == actual.last_ttl_s && entry.rfc1035_warned == actual.rfc1035_warned);
}

MasterState state_behind(const BlockWork& work, const MasterState& actual) {
  MasterState state = work.exit;
  if (!work.use.sets_owner) state.owner = actual.owner;
  if (!work.use.sets_last_ttl) state.last_ttl_s = actual.last_ttl_s;
  state.rfc1035_warned = work.exit.rfc1035_warned || actual.rfc1035_warned;
  return state;
}

/// Keeps the batches of one block.
class BlockPool::WorkSink : public BatchSink {
 public:
  WorkSink(BlockPool& pool, BlockWork& work) : pool_(pool), work_(work) {}
  RecordBatch deliver(RecordBatch batch) override {
    work_.batches.push_back(std::move(batch));
    return pool_.spare_batch();
  }

 private:
  BlockPool& pool_;
  BlockWork& work_;
};

BlockPool::BlockPool(const MasterFileOptions& options, const MasterKernel& kernel, unsigned threads)
    : options_(options), kernel_(kernel), own_parser_(options, kernel) {
  for (unsigned i = 1; i < threads; i++) workers_.emplace_back([this] { work(); });
}

BlockPool::~BlockPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  submitted_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void BlockPool::submit(std::unique_ptr<BlockWork> work) {
  BlockWork* waiting = work.get();
  order_.push_back(std::move(work));
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(waiting);
  }
  submitted_.notify_one();
}

std::unique_ptr<BlockWork> BlockPool::collect() {
  std::unique_ptr<BlockWork> oldest = std::move(order_.front());
  order_.pop_front();
  bool is_mine = false;
  {
    std::unique_lock lock(mutex_);
    if (oldest->stage == BlockWork::Stage::kWaiting) {
      is_mine = true;
      std::erase(waiting_, oldest.get());
    } else {
      done_.wait(lock, [&] { return oldest->stage == BlockWork::Stage::kDone; });
    }
  }
  if (is_mine) run(*oldest, own_parser_);
  return oldest;
}

void BlockPool::recycle(RecordBatch batch) {
  const std::lock_guard lock(mutex_);
  if (spares_.size() < capacity()) spares_.push_back(std::move(batch));
}

RecordBatch BlockPool::spare_batch() {
  const std::lock_guard lock(mutex_);
  if (spares_.empty()) return {};
  RecordBatch batch = std::move(spares_.back());
  spares_.pop_back();
  return batch;
}

void BlockPool::work() {
  BlockParser parser(options_, kernel_);
  std::unique_lock lock(mutex_);
  for (;;) {
    submitted_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    BlockWork* work = waiting_.front();
    waiting_.pop_front();
    work->stage = BlockWork::Stage::kTaken;
    lock.unlock();
    run(*work, parser);
    lock.lock();
    work->stage = BlockWork::Stage::kDone;
    done_.notify_one();
  }
}

void BlockPool::run(BlockWork& work, BlockParser& parser) {
  WorkSink sink(*this, work);
  BatchWriter writer(sink, spare_batch());
  work.report.limit = options_.max_diagnostics;
  work.exit = work.entry;
  parser.parse(work.block.text, *work.file, work.exit, writer, work.report);
  writer.flush();
  recycle(writer.take_batch());
  work.use = parser.entry_use();
}

}  // namespace nomen::dns
