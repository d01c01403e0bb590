// Internationalised names (RFC 5890) in lines for people.
// Thread rule: free functions.
#pragma once
#include <string>

namespace nomen::dns {

/// A log line with what its A-labels mean at its end: "zone xn--bcher-kva.example/IN: loaded serial 1
/// [bücher.example]". A line without valid ones stays as it is, so the words that scripts look for do too.
std::string with_idn_shown(std::string line);

}  // namespace nomen::dns
