#include "server/zone_writer.h"

#include <utility>

#include "base/os/clock.h"
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
  const auto now_s = static_cast<uint32_t>(os::unix_time_s());
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

void ZoneWriter::write(zone::ContentPtr content, ZoneFile file, Done done) {
  jobs_.add({std::move(content), std::move(file), std::move(done)});
}

void ZoneWriter::work(Job& job) {
  auto result = write_zone_file(*job.content, job.file);
  loop_.post([done = std::move(job.done), result = std::move(result)] { done(result); });
}

}  // namespace nomen::server
