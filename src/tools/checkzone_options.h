// What a call of checkzone asks for, from BIND's flags or from `nomen checkzone`'s.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "dns/name.h"
#include "dns/types.h"
#include "tools/checkzone.h"
#include "zone/check.h"
#include "zone/dump.h"

namespace nomen::tools {

enum class ZoneFormat : uint8_t { kText, kRaw };

struct CheckzoneOptions {
  std::string zone_text;  ///< as it was written
  dns::Name zone;
  std::string file;  ///< "": standard input
  dns::RRClass rr_class = dns::RRClass::kIn;
  ZoneFormat input = ZoneFormat::kText;
  ZoneFormat output = ZoneFormat::kText;
  uint32_t raw_version = 1;
  std::optional<uint32_t> source_serial;
  zone::CheckOptions checks;
  bool asks_the_world = false;  ///< full integrity
  bool dump = false;
  std::string dump_file;  ///< "": standard output
  zone::DumpStyle style = zone::DumpStyle::kFull;
  std::string journal;  ///< "": none is asked for
  std::string chroot;
  std::string directory;
  bool debug = false;
  bool quiet = false;
  bool json = false;
};

/// What to do instead of checking: leave with this status, everything said.
struct Leave {
  int status;
};

std::variant<CheckzoneOptions, Leave> parse_checkzone(int argc, char** argv, CheckzoneFace face);

}  // namespace nomen::tools
