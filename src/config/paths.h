// Where files are when neither a flag nor the configuration says it: Debian's places of BIND.
#pragma once

namespace nomen::config {

inline constexpr const char* kNamedConfFile = "/etc/bind/named.conf";
inline constexpr const char* kRndcConfFile = "/etc/bind/rndc.conf";
inline constexpr const char* kRndcKeyFile = "/etc/bind/rndc.key";

}  // namespace nomen::config
