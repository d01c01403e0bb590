#include "server/update_lines.h"

namespace nomen::server {

namespace {

LogSeverity severity_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return LogSeverity::kError;
    case Severity::kWarning:
      return LogSeverity::kWarning;
    case Severity::kNote:
      break;
  }
  return LogSeverity::kInfo;
}

bool is_update_logged() {
  const LogSink* const sink = log_sink();
  return sink != nullptr && sink->wants(LogCategory::kUpdate, LogSeverity::kInfo, 0);
}

}  // namespace

UpdateLines::UpdateLines(std::string_view zone)
    : zone_(": updating zone '" + std::string(zone) + "': "), are_wanted_(is_update_logged()) {}

void UpdateLines::write(const ForwardedUpdate& update, const update::UpdateNotes& notes,
                        const update::UpdateOutcome& outcome) {
  begin(update);
  for (const update::UpdateNote& note : notes) write(severity_of(note.severity), note.text);
  if (outcome.rcode != dns::Rcode::kNoError) write(LogSeverity::kInfo, outcome.reason);
}

void UpdateLines::begin(const ForwardedUpdate& update) {
  const bool is_same = client_ != nullptr && client_->reply.peer == update.reply.peer &&
                       client_->place.view == update.place.view && has_same_client(*client_, update);
  client_ = &update;
  if (is_same) return;
  line_ = client_text(update) + zone_;
  begin_size_ = line_.size();
}

void UpdateLines::write(LogSeverity severity, std::string_view text) {
  line_.resize(begin_size_);
  line_ += text;
  log_text(LogCategory::kUpdate, severity, "update", line_);
}

void log_update_failure(const ForwardedUpdate& update, std::string_view why) {
  log(LogCategory::kUpdate, LogSeverity::kInfo, "update", "{}: update of '{}' failed: {}",
      client_text(update), dns::to_string_no_dot(update.request.zone), why);
}

}  // namespace nomen::server
