// Loading a zone on trial: read, check, and say what came of it. Nothing is printed here.
#pragma once
#include <memory>
#include <string>

#include "base/diagnostic.h"
#include "tools/checkzone_options.h"
#include "zone/content.h"
#include "zone/spellings.h"

namespace nomen::tools {

struct Trial {
  bool is_good = false;
  zone::ContentPtr content;                    ///< may be missing for a good zone that nobody wants to dump
  std::unique_ptr<zone::Spellings> spellings;  ///< for a dump
  dns::Serial serial;
  bool is_signed = false;
  uint64_t records = 0;
  std::string failure;      ///< why the file could not be loaded at all; "" when the checks or nothing failed
  Diagnostics diagnostics;  ///< in the order of the file, then those of the zone as a whole
};

Trial try_zone(const CheckzoneOptions& options);

}  // namespace nomen::tools
