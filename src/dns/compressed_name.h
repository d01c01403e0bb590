// Names in a message: labels, and at the end the root or a pointer to where the name goes on (RFC
// 1035 4.1.4). The bytes are untrusted: pointers only go back, and no more of them are followed than a name
// can have labels. Thread rule: free functions, any thread.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/name.h"

namespace nomen::dns {

/// A name has at most 127 labels; who needs more pointers than that points from pointer to pointer.
inline constexpr size_t kMaxPointers = 128;

/// Writes the name at `at` of `message` uncompressed to `wire` and moves `at` behind it; up to the first
/// pointer it must end before `limit` (<= message.size()). At most `pointers` of them are followed. The
/// result is the size of the name, or 0 when there is no valid one (`at` is unchanged then).
size_t decompress_name(Bytes message, size_t& at, size_t limit, size_t pointers,
                       std::array<uint8_t, kMaxNameBytes>& wire);

/// Moves `at` behind the name there without looking where a pointer leads; false when it runs past the end
/// or has a label of a type that does not exist.
bool skip_name(Bytes message, size_t& at);

}  // namespace nomen::dns
