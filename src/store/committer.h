// The one thread that writes: it takes all that is queued, writes it in one transaction, syncs once, and then
// tells everyone. What comes meanwhile is the next transaction.
// Thread rule: put() from any thread; jobs run, and `done` is called, on the committer's thread.
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/log_writer.h"

namespace nomen::store {

class Committer {
 public:
  struct Job {
    std::vector<EncodedVersion> rows;              ///< to append, or
    std::function<Result<void>(LogWriter&)> task;  ///< something else to do in the transaction, or
    std::optional<Error> refusal;                  ///< nothing: the caller learns this when it is its turn
    Done done;
    size_t bytes = 0;  ///< of memory that it holds
  };

  explicit Committer(std::unique_ptr<LogWriter> writer);
  /// Writes what is queued, and ends.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Never waits; what is beyond kMaxQueuedJobs or kMaxQueuedBytes is refused in its turn.
  void put(Job job);
  /// Does a task and waits for its commit. Not from within `done`.
  Result<void> run(std::function<Result<void>(LogWriter&)> task);

 private:
  void work();
  std::vector<Job> take();
  void commit(std::vector<Job>& batch);
  Result<void> do_job(Job& job);

  std::unique_ptr<LogWriter> writer_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::vector<Job> queue_;   // guarded by mutex_
  size_t queued_bytes_ = 0;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::vector<Job> rest_;    ///< taken from the queue, but too much for one transaction; in reverse
  std::thread thread_;
};

}  // namespace nomen::store
