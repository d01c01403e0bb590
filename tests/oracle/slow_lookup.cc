#include "slow_lookup.h"

#include <algorithm>

namespace nomen::oracle {

namespace {

bool is_prefix(const Labels& shorter, const Labels& longer) {
  return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

/// RFC 4592 2.2.2: a name exists when it or a name below it has data. The apex always does.
bool exists(const Zone& zone, const Labels& name) {
  if (name.empty()) return true;
  return std::any_of(zone.begin(), zone.end(),
                     [&](const auto& entry) { return is_prefix(name, entry.first); });
}

bool has(const Zone& zone, const Labels& name, Type type) {
  const auto at = zone.find(name);
  return at != zone.end() && at->second.count(type) > 0;
}

/// RFC 1034 4.3.2 step 3a (and 3c with a "*"): what the data at `owner` answers to the type.
Verdict match(const Zone& zone, const Labels& owner, Type type) {
  const auto at = zone.find(owner);
  if (at == zone.end()) return {Verdict::Kind::kNoData, false, owner};
  if (type == Type::kAny || at->second.count(type) > 0) return {Verdict::Kind::kData, false, owner};
  if (at->second.count(Type::kCname) > 0) return {Verdict::Kind::kCname, false, owner};
  return {Verdict::Kind::kNoData, false, owner};
}

}  // namespace

Verdict slow_lookup(const Zone& zone, const Labels& name, Type type) {
  // Step 3: label by label down from the apex.
  Labels here;
  for (;;) {
    const bool whole = here.size() == name.size();
    // 3b: out of authoritative data. DS is the parent's (RFC 4035 3.1.4.1).
    if (!here.empty() && has(zone, here, Type::kNs) && !(whole && type == Type::kDs)) {
      return {Verdict::Kind::kReferral, false, here};
    }
    if (whole) return match(zone, here, type);  // 3a
    // RFC 6672 3.2 step 3c: a DNAME above the name.
    if (has(zone, here, Type::kDname)) return {Verdict::Kind::kDname, false, here};
    Labels next = here;
    next.push_back(name[here.size()]);
    if (exists(zone, next)) {
      here = next;
      continue;
    }
    // 3c: `here` is the closest encloser, the source of synthesis is "*" below it.
    Labels source = here;
    source.push_back("*");
    if (!exists(zone, source)) return {Verdict::Kind::kNxDomain, false, here};
    Verdict verdict = match(zone, source, type);
    verdict.is_wildcard = true;
    verdict.at = here;
    return verdict;
  }
}

}  // namespace nomen::oracle
