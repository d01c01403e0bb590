// What a zone's configuration says about checking its file (check-integrity, check-names, check-mx ...).
// Thread rule: free function.
#pragma once
#include "config/model.h"
#include "zone/check.h"

namespace nomen::server {

zone::CheckOptions check_options(const config::Zone& zone);

}  // namespace nomen::server
