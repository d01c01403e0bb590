#include "config/match_list.h"

namespace nomen::config {
namespace {

MatchListRef single(MatchElement::Kind kind) {
  MatchList list;
  list.elements.emplace_back().kind = kind;
  return MatchListRef(std::move(list));
}

std::string element_text(const MatchElement& element) {
  using Kind = MatchElement::Kind;
  switch (element.kind) {
    case Kind::kAny:
      return "any";
    case Kind::kNone:
      return "none";
    case Kind::kLocalhost:
      return "localhost";
    case Kind::kLocalnets:
      return "localnets";
    case Kind::kPrefix:
      return to_string(element.prefix);
    case Kind::kKey:
      return "key \"" + element.name + "\"";
    case Kind::kGeoip:
      return "geoip " + element.name;
    case Kind::kNested:
      return element.name.empty() ? to_string(*element.nested) : "\"" + element.name + "\"";
  }
  return {};
}

}  // namespace

MatchListRef::MatchListRef() {
  static const auto kEmpty = std::make_shared<const MatchList>();
  list_ = kEmpty;
}

MatchListRef::MatchListRef(MatchList list) : list_(std::make_shared<const MatchList>(std::move(list))) {}

MatchListRef MatchListRef::any() {
  static const MatchListRef kList = single(MatchElement::Kind::kAny);
  return kList;
}

MatchListRef MatchListRef::none() {
  static const MatchListRef kList = single(MatchElement::Kind::kNone);
  return kList;
}

bool operator==(const MatchListRef& a, const MatchListRef& b) {
  return a.list_ == b.list_ || a->elements == b->elements;
}

std::string to_string(const MatchList& list) {
  std::string out = "{ ";
  for (const MatchElement& element : list.elements) {
    out += (element.negated ? "!" : "") + element_text(element) + "; ";
  }
  return out + "}";
}

}  // namespace nomen::config
