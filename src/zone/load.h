// From a master file (or a raw one) to a checked content. The first time everything is built; a reload is
// read against the version that is being served and costs memory only for what differs (reload.h): a zone is
// never held twice. Thread rule: any thread; load_zone uses `threads` parser threads of its own while it
// runs, and where they are more than one, another one that fetches memory for it (base/os/blocks.h).
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "base/os/sequential_file.h"
#include "dns/master_file.h"
#include "zone/change.h"
#include "zone/check.h"
#include "zone/content.h"
#include "zone/content_writer.h"
#include "zone/limits.h"

namespace nomen::zone {

/// What one load after another uses again: memory, and the directory where the last file was. Thread rule:
/// for one load at a time.
struct LoadBuffers {
  dns::MasterBuffers master;
  WriterBuffers writer;
  CheckBuffers check;
  os::NearbyFiles files;
};

struct LoadRequest {
  std::string path;
  dns::Name apex;
  dns::RRClass rr_class = dns::RRClass::kIn;
  ContentLimits limits;
  std::string include_directory;
  unsigned threads = 1;
  bool is_raw = false;  ///< masterfile-format raw instead of text
  CheckOptions checks;
  ContentPtr previous;             ///< the version that is served now, if any
  LoadBuffers* buffers = nullptr;  ///< outlives the load; nullptr: memory of its own
};

struct LoadResult {
  ContentPtr content;                    ///< nullptr when the file could not be read or has errors
  bool changed = true;                   ///< false: `content` is `previous`, the file says the same
  std::shared_ptr<const Change> change;  ///< from `previous`, if there was one and it changed
  bool is_signed = false;                ///< a resolver sees a signed zone (check.h); of a changed content
  uint64_t records_read = 0;
  uint64_t errors = 0;
  os::FileStamp stamp;  ///< of the file when it was opened; all 0 when it was not
  Diagnostics diagnostics;
  std::vector<std::string> included;  ///< what $INCLUDE brought in: files whose changes are the zone's, too
};

LoadResult load_zone(const LoadRequest& request);

}  // namespace nomen::zone
