#include "server/empty_catalog.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/os/clock.h"
#include "base/os/file.h"

namespace nomen::server {

void begin_catalog(const std::string& path) {
  if (os::file_stamp(path)) return;
  // RFC 9432 4: SOA and NS are there because every zone has them; "invalid." says that they mean nothing.
  const std::string text = fmt::format(
      "$TTL 0\n"
      "@ SOA invalid. invalid. {} 3600 600 2147483646 0\n"
      "@ NS invalid.\n"
      "version TXT \"2\"\n",
      static_cast<uint32_t>(os::unix_time_s()));
  if (const auto written = os::replace_file(path, as_bytes(text)); !written)
    log(LogCategory::kGeneral, LogSeverity::kError, "catz", "catz: '{}' cannot be written: {}", path,
        written.error().text);
}

}  // namespace nomen::server
