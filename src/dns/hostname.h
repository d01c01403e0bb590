// What may be the name of a host (RFC 952, RFC 1123 2.1). Thread rule: pure functions.
#pragma once
#include "dns/name.h"

namespace nomen::dns {

/// Letters, digits and inner hyphens. `label` begins with its length, which is not 0.
bool is_host_label(const uint8_t* label);

/// Such labels only; the root is one. With `wildcard_allowed`, also below "*".
bool is_hostname(NameView name, bool wildcard_allowed = false);

}  // namespace nomen::dns
