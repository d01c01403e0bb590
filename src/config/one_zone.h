// One zone statement judged by a configuration that is in force: for rndc addzone and modzone. It costs as
// much as the configuration has statements beside its zones. Thread rule: free functions.
#pragma once
#include <string>

#include "base/diagnostic.h"
#include "config/disk.h"
#include "config/model.h"

namespace nomen::config {

struct JudgedZone {
  ZonePtr zone;            ///< nullptr: there are errors
  bool understood = true;  ///< false: what is wrong is the syntax
  ZoneType type = ZoneType::kNone;
  std::string statement;    ///< on one line, as rndc showzone prints it
  Diagnostics diagnostics;  ///< errors and warnings of this statement
};

/// `statement` is "zone NAME [CLASS] { ... };".
JudgedZone judge_zone(const Config& config, const View& view, const std::string& statement,
                      Disk& disk = real_disk());

}  // namespace nomen::config
