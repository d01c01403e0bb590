// Loads zones in the background: jobs go in, results come out in batches on the main loop. Threads live for
// as long as there are jobs. While zones are being served already, they run at the lowest priority, so that
// loading never takes the time of answering.
// Thread rule: add() and the callback on the main thread; the work in the loader's own threads.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "zone/load.h"

namespace nomen::server {

struct LoadJob {
  size_t view = 0;
  std::string key;          ///< of the zone in its view
  uint64_t generation = 0;  ///< of the zone's configuration: results of an older one are dropped
  zone::LoadRequest request;
};

struct LoadOutcome {
  LoadJob job;
  zone::LoadResult result;
};

class Loader {
 public:
  using Deliver = std::function<void(std::vector<LoadOutcome>)>;

  /// `deliver` is called on the loop's thread.
  Loader(net::EventLoop& loop, unsigned threads, Deliver deliver);
  ~Loader();

  /// `gently`: at the lowest priority.
  void add(std::vector<LoadJob> jobs, bool gently);
  /// Jobs added and not yet delivered.
  size_t pending() const { return pending_; }

 private:
  void run(bool gently);
  void hand_over(std::vector<LoadOutcome>& outcomes);

  net::EventLoop& loop_;
  const unsigned max_threads_;
  Deliver deliver_;
  size_t pending_ = 0;  ///< main thread only
  std::mutex mutex_;
  std::deque<LoadJob> jobs_;  ///< guarded by mutex_
  unsigned running_ = 0;      ///< guarded by mutex_
  bool ending_ = false;       ///< guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace nomen::server
