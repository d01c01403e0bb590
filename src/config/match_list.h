// Address match lists as expressions: what acl, allow-query, match-clients, listen-on ... hold. Names of acls
// are resolved to their lists; what localhost and localnets are is known only to who knows the interfaces, so
// the list is not compiled here (policy/ does that). Meaning (BIND): the first element that matches decides,
// `negated` turns its verdict; none matches: no. Thread rule: immutable, shared.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/address.h"
#include "config/lexer.h"

namespace nomen::config {

struct MatchElement;

struct MatchList {
  std::vector<MatchElement> elements;
};

/// A shared list that compares by content. Never null: an empty one matches nothing.
class MatchListRef {
 public:
  MatchListRef();
  explicit MatchListRef(MatchList list);
  static MatchListRef any();
  static MatchListRef none();

  const MatchList& operator*() const { return *list_; }
  const MatchList* operator->() const { return list_.get(); }
  const MatchList* get() const { return list_.get(); }
  friend bool operator==(const MatchListRef& a, const MatchListRef& b);

 private:
  std::shared_ptr<const MatchList> list_;
};

struct MatchElement {
  enum class Kind : uint8_t { kAny, kNone, kLocalhost, kLocalnets, kPrefix, kKey, kNested, kGeoip };

  Kind kind = Kind::kAny;
  bool negated = false;
  IpPrefix prefix;      ///< kPrefix
  std::string name;     ///< kKey: the key; kNested: the acl's name, or empty; kGeoip: its words
  MatchListRef nested;  ///< kNested
  Position position;    ///< where it is written; not part of comparing

  bool operator==(const MatchElement& other) const {
    return kind == other.kind && negated == other.negated && prefix == other.prefix && name == other.name &&
           nested == other.nested;
  }
};

/// As it would be written: "{ !10.0.0.0/8; any; }".
std::string to_string(const MatchList& list);

}  // namespace nomen::config
