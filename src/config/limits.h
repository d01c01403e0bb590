// What a configuration may ask of the parser at most; far above any real one.
#pragma once
#include <cstddef>

namespace nomen::config {

inline constexpr int kMaxIncludeDepth = 50;          // a file that includes itself ends here
inline constexpr size_t kMaxFiles = 1'000'000;       // and one that includes itself twice ends here
inline constexpr int kMaxNesting = 200;              // braces in braces: the parser recurses
inline constexpr size_t kMaxErrors = 200;            // after so many the rest is not worth reading
inline constexpr int kMaxAclDepth = 50;              // an acl in an acl in an acl ...
inline constexpr int kMaxNegations = 200;            // `!` before an element of an address match list
inline constexpr size_t kMaxRemoteServers = 10'000;  // of one zone: lists in lists multiply

}  // namespace nomen::config
