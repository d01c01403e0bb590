// The log lines about updates of one zone, in BIND's words. Most updates of a batch come from one client:
// what stands in front of their lines is made once. Thread rule: belongs to one thread.
#pragma once
#include <string>
#include <string_view>

#include "base/log.h"
#include "server/forwarded_update.h"
#include "update/batch.h"

namespace nomen::server {

class UpdateLines {
 public:
  /// `zone` as it is displayed: "example/IN".
  explicit UpdateLines(std::string_view zone);

  /// Whether anybody reads what updates do.
  bool are_wanted() const { return are_wanted_; }
  /// "client 192.0.2.1#4711/key k: updating zone 'example/IN': TEXT" for each note, and for why it failed.
  void write(const ForwardedUpdate& update, const update::UpdateNotes& notes,
             const update::UpdateOutcome& outcome);

 private:
  void begin(const ForwardedUpdate& update);
  void write(LogSeverity severity, std::string_view text);

  const std::string zone_;
  const bool are_wanted_;
  const ForwardedUpdate* client_ = nullptr;  ///< whose words line_ begins with
  std::string line_;
  size_t begin_size_ = 0;  ///< of line_, up to the text
};

/// "CLIENT: update of 'example' failed: WHY", for one that no zone has seen.
void log_update_failure(const ForwardedUpdate& update, std::string_view why);

}  // namespace nomen::server
