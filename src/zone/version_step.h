// What leads from one version of a zone to a later one: a row of the version log, a difference sequence of
// an IXFR (RFC 1995 4). Thread rule: values; what they point at is constant.
#pragma once
#include <memory>

#include "dns/types.h"
#include "zone/change.h"

namespace nomen::zone {

struct VersionStep {
  dns::Serial from;
  dns::Serial to;
  /// With the SOA record of `from` among what is removed and that of `to` among what is added.
  std::shared_ptr<const Change> change;
};

}  // namespace nomen::zone
