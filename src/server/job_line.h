// Jobs that are done in their order on a thread of their own, which exists only while there is something to
// do. Thread rule: made, called and destroyed on one thread; jobs are worked on, and end, on the other.
// Whatever they need outlives the line: it is the last member of its class.
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/thread_priority.h"

namespace nomen::server {

struct JobLineOptions {
  int nice = 0;             ///< of the thread
  size_t most_at_once = 1;  ///< jobs in one call of `work`
};

template <typename Job>
class JobLine {
 public:
  using Work = std::function<void(std::vector<Job>&)>;

  JobLine(JobLineOptions options, Work work) : options_(options), work_(std::move(work)) {}
  ~JobLine() { finish(); }
  JobLine(const JobLine&) = delete;
  JobLine& operator=(const JobLine&) = delete;

  void add(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (running_) return;
    running_ = true;
    finish();  // it has seen the end of the line: there is nothing to wait for
    thread_ = std::thread([this] { run(); });
  }

  /// Takes those out of the line that wait and of which `is_needless` is true.
  void drop(const std::function<bool(const Job&)>& is_needless) {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, is_needless);
  }

  /// Waits until all jobs are done.
  void finish() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    if (options_.nice != 0) lower_priority(options_.nice);
    while (true) {
      std::vector<Job> jobs = next();
      if (jobs.empty()) return;
      work_(jobs);
    }
  }

  /// Empty: the thread's end, as the line sees it.
  std::vector<Job> next() {
    const std::lock_guard lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(jobs_.size(), options_.most_at_once));
    std::vector<Job> jobs(std::make_move_iterator(jobs_.begin()),
                          std::make_move_iterator(jobs_.begin() + count));
    jobs_.erase(jobs_.begin(), jobs_.begin() + count);
    running_ = !jobs.empty();
    return jobs;
  }

  const JobLineOptions options_;
  const Work work_;
  std::mutex mutex_;
  std::deque<Job> jobs_;  ///< guarded by mutex_
  bool running_ = false;  ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace nomen::server
