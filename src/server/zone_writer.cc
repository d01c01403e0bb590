#include "server/zone_writer.h"

#include <ctime>
#include <utility>

#include "server/loader.h"
#include "zone/dump.h"
#include "zone/raw.h"

namespace nomen::server {

ZoneFile zone_file(const config::Zone& zone, const std::string& directory) {
  return {path_of(zone, directory), zone.format(), zone.options->masterfile_style};
}

Result<os::FileStamp> write_zone_file(const zone::Content& content, const ZoneFile& file) {
  auto replacement = os::FileReplacement::begin(file.path);
  if (!replacement) return std::unexpected(replacement.error());
  Result<void> written;
  const auto sink = [&](std::string_view piece) {
    written = replacement->write({reinterpret_cast<const uint8_t*>(piece.data()), piece.size()});
    return written.has_value();
  };
  const auto now_s = static_cast<uint32_t>(std::time(nullptr));
  if (file.format == config::MasterFormat::kRaw) {
    zone::RawHeader header;
    header.dumped_at_s = now_s;
    zone::write_raw(content, header, sink);
  } else {
    const bool full = file.style == config::MasterStyle::kFull;
    zone::dump_text(content, full ? zone::DumpStyle::kFull : zone::DumpStyle::kRelative, now_s, sink);
  }
  if (!written) return std::unexpected(written.error());
  if (auto committed = replacement->commit(); !committed) return std::unexpected(committed.error());
  return os::file_stamp(file.path);
}

ZoneWriter::~ZoneWriter() {
  finish();
}

void ZoneWriter::finish() {
  if (thread_.joinable()) thread_.join();
}

void ZoneWriter::write(zone::ContentPtr content, ZoneFile file, Done done) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back({std::move(content), std::move(file), std::move(done)});
  if (running_) return;
  running_ = true;
  if (thread_.joinable()) thread_.join();  // it has seen the end of the list: there is nothing to wait for
  thread_ = std::thread([this] { run(); });
}

void ZoneWriter::run() {
  while (true) {
    Job job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty()) {
        running_ = false;
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    auto result = write_zone_file(*job.content, job.file);
    loop_.post([done = std::move(job.done), result = std::move(result)] { done(result); });
  }
}

}  // namespace nomen::server
