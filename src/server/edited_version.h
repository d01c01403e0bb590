// The version that an edit makes of a zone, by hand in its file or by command: its change, with a serial that
// is later than what is served. Thread rule: pure function over constant data.
#pragma once
#include "base/result.h"
#include "update/serial.h"
#include "zone/change.h"
#include "zone/content.h"

namespace nomen::server {

struct EditedVersion {
  zone::ContentPtr content;
  std::shared_ptr<const zone::Change> change;
  bool serial_raised = false;  ///< the edit has left that to us
};

/// `edited` is what `change` makes of `served`. A serial that was not changed is raised; one that is not
/// later (RFC 1982) fails.
Result<EditedVersion> edited_version(const zone::ContentPtr& served, zone::ContentPtr edited,
                                     std::shared_ptr<const zone::Change> change, update::SerialMethod method,
                                     uint64_t now_s);

}  // namespace nomen::server
