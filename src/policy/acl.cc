#include "policy/acl.h"

#include <algorithm>

namespace nomen::policy {

bool in_prefix(Bytes address, const net::IpPrefix& prefix) {
  const Bytes wanted = prefix.address.bytes();
  if (address.size() != wanted.size()) return false;
  const size_t whole = prefix.length / 8;
  if (whole > 0 && std::memcmp(address.data(), wanted.data(), whole) != 0) return false;
  const unsigned rest = prefix.length % 8;
  return rest == 0 || ((address[whole] ^ wanted[whole]) >> (8 - rest)) == 0;
}

Acl::Acl(std::vector<Element> elements) : elements_(std::move(elements)) {
  is_none_ =
      elements_.empty() || (elements_.front().kind == Element::Kind::kNone && !elements_.front().negated);
  is_any_ = !elements_.empty() && elements_.front().kind == Element::Kind::kAny && !elements_.front().negated;
}

AclPtr Acl::any() {
  static const AclPtr list = std::make_shared<const Acl>(std::vector<Element>{Element{}});
  return list;
}

AclPtr Acl::none() {
  static const AclPtr list = std::make_shared<const Acl>();
  return list;
}

bool Acl::matches(const Element& element, const Requester& requester, const LocalAddresses& local) const {
  switch (element.kind) {
    case Element::Kind::kAny:
      return true;
    case Element::Kind::kNone:
      return false;
    case Element::Kind::kLocalhost:
      return std::any_of(local.hosts.begin(), local.hosts.end(),
                         [&](const net::IpAddress& host) { return equal(host.bytes(), requester.address); });
    case Element::Kind::kLocalnets:
      return std::any_of(local.networks.begin(), local.networks.end(),
                         [&](const net::IpPrefix& network) { return in_prefix(requester.address, network); });
    case Element::Kind::kPrefix:
      return in_prefix(requester.address, element.prefix);
    case Element::Kind::kKey:
      return requester.key != nullptr && element.key.has_value() && *requester.key == *element.key;
    case Element::Kind::kNested:
      return element.nested->match(requester, local) == AclVerdict::kAllow;
  }
  return false;
}

AclVerdict Acl::match(const Requester& requester, const LocalAddresses& local) const {
  for (const Element& element : elements_) {
    if (element.kind == Element::Kind::kNone) {
      // "none" matches everybody and denies; "!none" is "any".
      return element.negated ? AclVerdict::kAllow : AclVerdict::kDeny;
    }
    if (matches(element, requester, local)) return element.negated ? AclVerdict::kDeny : AclVerdict::kAllow;
  }
  return AclVerdict::kNoMatch;
}

}  // namespace nomen::policy
