// Whether what a file holds may be served: the checks that the configuration asks for (check-integrity,
// check-names, check-mx ...) on a content that was just loaded.
// Thread rule: free function, any thread.
#pragma once
#include <string>

#include "config/model.h"
#include "zone/load.h"

namespace nomen::server {

/// Adds what is found to the result's diagnostics; takes the content away when the zone must not be served.
/// `name` is the zone's name in messages: "example.com/IN".
void check_loaded_zone(const config::Zone& zone, const std::string& name, zone::LoadResult& result);

}  // namespace nomen::server
