// Domain names in master-file text, straight into a buffer: the short way for ordinary names (no escapes),
// which are nearly all of them, and Name::parse for the rest. Thread rule: free functions.
#pragma once
#include <string_view>

#include "dns/name.h"
#include "dns/rdata.h"

namespace nomen::dns {

/// Appends the name that `text` stands for, completed with `origin` when it has no final dot ("@": `origin`
/// itself). False, with nothing added, when it is malformed or there is no room.
bool append_name(std::string_view text, NameView origin, RdataBuffer& out);

/// Why append_name() said no; a text that lives as long as the program.
std::string_view name_error(std::string_view text, NameView origin);

}  // namespace nomen::dns
