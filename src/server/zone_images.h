// Images of large zones (zone/image.h), in a folder of the server's directory, so that the server answers
// moments after a restart. An image stands for files: those that the zone was read from, as they were then
// and with the settings that they were read with. Where one of these is other than before, the image is not
// used. Thread rule: the main thread, but for load_image(); images are written on a thread of their own at
// the lowest priority.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_set>

#include "server/job_line.h"
#include "server/kept_zone.h"
#include "zone/load.h"

namespace nomen::server {

/// The folder, in the server's directory.
inline constexpr const char* kImageFolder = "nomen.images";

/// What the image at `path` says of the zone; nothing when there is none or it is of other files.
/// Thread rule: any thread.
std::optional<zone::LoadResult> load_image(const std::string& path, const config::Zone& zone,
                                           const std::string& directory);

class ZoneImages {
 public:
  ZoneImages();
  /// Gives up what is being written; the image from before is kept then.
  ~ZoneImages();

  /// Looks which images there are. Not `wanted`: none is used or written.
  void open(const std::string& directory, bool wanted);

  /// Where the zone's image is; empty when there is none.
  std::string find(const config::Zone& zone, const std::string& view) const;
  /// Writes an image of what the zone's files say. A small zone has none.
  void keep(const KeptZone& zone, const std::string& view, const zone::ContentPtr& content);
  void remove(const config::Zone& zone, const std::string& view);

 private:
  struct Job {
    zone::ContentPtr content;
    std::string note;
    std::string path;
  };
  void work(const Job& job);

  std::string directory_;
  bool wanted_ = false;
  std::unordered_set<std::string> names_;  ///< of the files in the folder
  std::stop_source stop_;
  JobLine<Job> jobs_;
};

}  // namespace nomen::server
