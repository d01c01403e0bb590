// The search of RFC 1034 4.3.2, with RFC 4592 and RFC 6672, as slow and as plain as the text of the RFCs:
// names are lists of labels, a zone is a std::map. Shares no code with what it judges.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

namespace nomen::oracle {

/// Labels from the root downwards below the apex: "a.b" under the apex is {"b", "a"}; the apex itself is {}.
using Labels = std::vector<std::string>;

enum class Type { kA, kTxt, kCname, kNs, kDname, kDs, kAny };

/// What stands in a zone: for each name its types. Names without data are not in it.
using Zone = std::map<Labels, std::set<Type>>;

struct Verdict {
  enum class Kind { kData, kNoData, kNxDomain, kReferral, kCname, kDname };
  Kind kind = Kind::kNxDomain;
  bool is_wildcard = false;
  Labels at;  ///< the name found, the cut, the DNAME; closest encloser for wildcards and NXDOMAIN
  bool operator==(const Verdict&) const = default;
};

Verdict slow_lookup(const Zone& zone, const Labels& name, Type type);

}  // namespace nomen::oracle
