// Loads zones in the background while everything loaded is served. Threads exist while there is work: for the
// first load one a core, later as many as there are workers and at the lowest priority, so that a reload does
// not take the time of answering. A small zone that somebody waits for goes in front of all others; the
// thread for those stays, as an allocator has much to do for a new thread where others that ended left many
// zones. Thread rule: add() and the callback on the main thread; the work in the loader's own threads.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "config/model.h"
#include "net/event_loop.h"
#include "store/version_store.h"
#include "zone/load.h"
#include "zone/recent_changes.h"

namespace nomen::server {

struct KeptZone;

/// What is read beside a zone's file or in its place: few zones have something of the kind.
struct LoadSources {
  store::VersionStore* log = nullptr;  ///< of a zone whose versions are logged
  store::ZoneId log_id{};              ///< its number there
  std::string image;                   ///< of the file, if there is one (zone_images.h)
};

/// There may be hundreds of thousands of them.
struct LoadJob {
  config::ZonePtr zone;
  zone::ContentPtr previous;                   ///< the version that is served now, if any
  std::shared_ptr<const LoadSources> sources;  ///< nullptr: the file is all there is
  uint64_t key = 0;                            ///< of the zone in its view
  KeptZone* kept = nullptr;                    ///< the keeper's, as long as
  uint32_t tables = 0;                         ///< its tables are these
  uint32_t generation = 0;  ///< of the zone's configuration: results of an older one are dropped
  uint32_t view = 0;
  uint16_t parsers = 1;   ///< threads that read the file
  bool urgent = false;    ///< written by add()
  bool thaws = false;     ///< the file was edited while the zone was frozen
  bool compares = false;  ///< `previous` came from an image of the file
};

/// Loads that are asked for together.
struct LoadRow {
  std::shared_ptr<const std::string> directory;  ///< where relative files are found
  std::vector<LoadJob> jobs;
};

struct LoadOutcome {
  LoadJob job;
  zone::LoadResult result;
  int64_t began_ns = 0;           ///< when the files were not read yet, since 1970
  zone::RecentChangesPtr recent;  ///< of a zone whose versions are logged
  zone::ContentPtr image;         ///< what came from an image instead of the file
  uint64_t replayed = 0;          ///< versions that its file did not have
  bool no_copy = false;           ///< a secondary's file is not there, which is no error
  bool is_wrong_copy = false;     ///< a secondary's, of which only the image was read before
  bool has_gap = false;           ///< its file was changed while nobody looked, and it has a history
};

/// How the zone's file is read; without what one load after the other shares.
zone::LoadRequest load_request(const config::Zone& zone, const std::string& directory);

/// Where BIND keeps the journal of the zone.
std::string journal_path(const config::Zone& zone, const std::string& directory);

/// Where the zone's file is.
std::string path_of(const config::Zone& zone, const std::string& directory);

class Loader {
 public:
  using Deliver = std::function<void(std::span<LoadOutcome>)>;

  /// `deliver` is called on the loop's thread.
  Loader(net::EventLoop& loop, unsigned threads, Deliver deliver);
  ~Loader();

  enum class Pace : uint8_t {
    kFirst,   ///< nothing is served yet: on all cores
    kGently,  ///< at the lowest priority, on as many threads as there are workers
    kUrgent,  ///< at once, in front of the others: a few small zones
  };
  void add(LoadRow row, Pace pace);
  /// Jobs added and not yet delivered.
  size_t pending() const { return pending_; }

 private:
  /// A row, and how much of it threads have taken.
  struct Waiting {
    LoadRow row;
    size_t taken = 0;
    size_t left() const { return row.jobs.size() - taken; }
  };
  /// Outcomes to be, with their jobs, at the end of those of a thread.
  struct Taken {
    size_t count = 0;  ///< 0: there is nothing left to do
    std::shared_ptr<const std::string> directory;
  };

  void run(Pace pace);
  void run_urgent();
  void start_thread(Pace pace);
  void hurry();
  bool has_urgent() const { return !rows_.empty() && rows_.front().row.jobs.front().urgent; }
  void take_jobs(Taken& taken, std::vector<LoadOutcome>& outcomes, bool urgent_only);
  void hand_over(std::vector<LoadOutcome>& outcomes);
  /// A vector with room for a batch, of those that were used before if there are any.
  std::vector<LoadOutcome> room_for_outcomes();
  void deliver(std::vector<LoadOutcome> outcomes);

  net::EventLoop& loop_;
  const unsigned worker_threads_;
  Deliver deliver_;
  size_t pending_ = 0;  ///< main thread only
  std::mutex mutex_;
  std::deque<Waiting> rows_;                     ///< with something left; guarded by mutex_
  size_t left_ = 0;                              ///< jobs in them; guarded by mutex_
  std::vector<std::vector<LoadOutcome>> spare_;  ///< empty ones, to be used again; guarded by mutex_
  unsigned running_ = 0;                         ///< of threads_; guarded by mutex_
  bool ending_ = false;                          ///< guarded by mutex_
  std::condition_variable hurry_;                ///< an urgent job is there, or the end
  std::vector<std::thread> threads_;
  std::thread urgent_;  ///< once there was an urgent job
};

}  // namespace nomen::server
