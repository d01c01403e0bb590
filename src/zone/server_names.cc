#include "zone/server_names.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace nomen::zone {

namespace {

using Buffer = std::array<uint8_t, dns::kMaxNameBytes + 33>;

/// Octets of the longest suffix that begins with a label in both names: at least the root's one.
size_t shared_suffix(Bytes a, Bytes b) {
  const size_t common = common_tail(a, b);
  size_t left_a = a.size();
  size_t left_b = b.size();
  while (left_a != left_b || left_a > common) {
    const bool step_a = left_a >= left_b;
    const bool step_b = left_b >= left_a;
    if (step_a) left_a -= a[a.size() - left_a] + 1U;
    if (step_b) left_b -= b[b.size() - left_b] + 1U;
  }
  return left_a;
}

/// Whether the last letters of two names differ, whatever their case: they share only the root then.
bool end_differently(Bytes name, Bytes apex) {
  return name.size() < 2 || apex.size() < 2 ||
         dns::lower(name[name.size() - 2]) != dns::lower(apex[apex.size() - 2]);
}

}  // namespace

void write_server_names(Bytes labels, dns::NameView apex, const uint8_t* data, size_t rr_count,
                        uint8_t* out) {
  Buffer owner;
  size_t owner_size = 0;  // 0: not needed so far
  Bytes first;            // of the names that share nothing with the owner
  size_t brothers = 0;
  for (size_t i = 0; i < rr_count; i++) {
    const Bytes name(data + 2, load_u16(data));
    data += 2 + name.size();
    size_t shared = 1;
    if (!end_differently(name, apex.bytes())) {
      if (owner_size == 0) {
        std::copy(labels.begin(), labels.end(), owner.begin());
        std::copy(apex.data(), apex.data() + apex.size(), &owner[labels.size()]);
        owner_size = labels.size() + apex.size();
        dns::lower_padded(owner.data(), owner.data(), owner_size);
      }
      Buffer lowered;
      dns::lower_padded(name.data(), lowered.data(), name.size());
      shared = shared_suffix({lowered.data(), name.size()}, {owner.data(), owner_size});
    }
    out[1 + i] = static_cast<uint8_t>(name.size() - shared);
    if (shared > 1) continue;
    if (brothers == 0) {
      first = name;
      brothers = name.size();
    } else {
      brothers = std::min(brothers, shared_suffix(first, name));
    }
  }
  out[0] = static_cast<uint8_t>(std::max<size_t>(brothers, 1));
}

}  // namespace nomen::zone
