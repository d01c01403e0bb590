// Access control lists: address match lists as named.conf has them, compiled. The first element that
// matches decides; a negated one denies. A nested list that denies is no match for the list around it
// (BIND's rule, so that a double negation never allows by surprise).
// Thread rule: constant after building; any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dns/name.h"
#include "net/address.h"

namespace nomen::policy {

/// The addresses of this machine, which `localhost` and `localnets` mean.
struct LocalAddresses {
  std::vector<net::IpAddress> hosts;
  std::vector<net::IpPrefix> networks;
};

/// Who asks: what an element can look at.
struct Requester {
  Bytes address;                   ///< 4 or 16 octets
  const dns::Name* key = nullptr;  ///< the TSIG key that signed the message, if any
};

enum class AclVerdict : uint8_t { kNoMatch, kAllow, kDeny };

class Acl {
 public:
  struct Element {
    enum class Kind : uint8_t { kAny, kNone, kLocalhost, kLocalnets, kPrefix, kKey, kNested };
    Kind kind = Kind::kAny;
    bool negated = false;
    net::IpPrefix prefix;
    std::optional<dns::Name> key;
    std::shared_ptr<const Acl> nested;
  };

  Acl() = default;
  explicit Acl(std::vector<Element> elements);
  static std::shared_ptr<const Acl> any();
  static std::shared_ptr<const Acl> none();

  AclVerdict match(const Requester& requester, const LocalAddresses& local) const;
  /// Whether the list allows; what no element matches is not allowed.
  bool allows(const Requester& requester, const LocalAddresses& local) const {
    return is_any_ || (!is_none_ && match(requester, local) == AclVerdict::kAllow);
  }
  /// Whether everybody is allowed without a look, or nobody.
  bool is_any() const { return is_any_; }
  bool is_none() const { return is_none_; }

 private:
  bool matches(const Element& element, const Requester& requester, const LocalAddresses& local) const;

  std::vector<Element> elements_;
  bool is_any_ = false;
  bool is_none_ = true;  ///< denies everybody without a look
};

using AclPtr = std::shared_ptr<const Acl>;

/// Whether the first `length` bits of two addresses of one family agree.
bool in_prefix(Bytes address, const net::IpPrefix& prefix);

}  // namespace nomen::policy
