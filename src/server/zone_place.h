// What names one of the server's zones over reloads: its view and its name. Thread rule: values.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "dns/name.h"

namespace nomen::server {

struct ZonePlace {
  std::string view;
  uint64_t key = 0;  ///< the hash of the zone's name (dns/hashed_name.h)
  bool operator==(const ZonePlace&) const = default;
};

struct ZonePlaceHash {
  size_t operator()(const ZonePlace& place) const {
    return std::hash<std::string>{}(place.view) ^ static_cast<size_t>(place.key);
  }
};

/// The key of a zone by this name.
uint64_t zone_key(dns::NameView name);

}  // namespace nomen::server
