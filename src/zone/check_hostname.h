// What may be an owner of addresses and the name of a mailbox (RFC 1035 8): the rules of check-names beside
// dns/hostname.h. Thread rule: pure functions.
#pragma once
#include <string>

#include "dns/name.h"

namespace nomen::zone {

/// What is_hostname (with wildcards allowed) and has_inner_wildcard say of an owner, in one walk. The last
/// `known_size` bytes are known to be hosts' labels without a wildcard, and are passed over.
struct OwnerShape {
  bool is_hostname = true;
  bool has_inner_wildcard = false;
};
OwnerShape shape_of_owner(dns::NameView owner, size_t known_size);

/// Anything printable in the first label, a hostname behind it; the root is one.
bool is_mailbox(dns::NameView name);

/// Whether a label behind the first one is "*": such a wildcard does nothing (RFC 4592 2.1.1).
bool has_inner_wildcard(dns::NameView name);

/// The address that was written where a name is expected ("192.0.2.1", "192.0.2.1.", "2001:db8::1"), or "".
/// `name` is what the text was completed to; `owner` tells which completions are believed.
std::string address_in_name(dns::NameView name, dns::NameView owner);

}  // namespace nomen::zone
