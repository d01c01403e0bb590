// Digests of zone versions (zone/content_digest.h), worked out when somebody asks, one after the other on a
// thread of the lowest priority, and kept until the zone has another version that is asked for.
// Thread rule: any thread; it ends on the main thread.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "answer/elsewhere.h"
#include "server/zone_place.h"
#include "zone/content_digest.h"

namespace nomen::server {

class ZoneDigests {
 public:
  ZoneDigests() = default;
  /// What is under way is finished, what waits is not begun.
  ~ZoneDigests();

  /// The newest digest that is known of the zone; when it is not that of `content`, that one is begun, unless
  /// too many wait.
  answer::Elsewhere::KnownDigest find(const ZonePlace& place, const zone::ContentPtr& content);

 private:
  struct Known {
    std::weak_ptr<const zone::Content> content;
    dns::Serial serial;
    zone::ContentDigest digest;
  };
  struct Job {
    ZonePlace place;
    zone::ContentPtr content;
  };
  void begin(const ZonePlace& place, const zone::ContentPtr& content);
  void run();
  void keep(const Job& job, const zone::ContentDigest& digest);

  std::mutex mutex_;  ///< guards all but the thread
  std::condition_variable changed_;
  std::unordered_map<ZonePlace, Known, ZonePlaceHash> known_;
  std::deque<Job> jobs_;  ///< the first is being worked on
  bool running_ = false;
  bool ending_ = false;
  std::thread thread_;  ///< begun with the first question
};

}  // namespace nomen::server
