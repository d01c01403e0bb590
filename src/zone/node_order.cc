#include "zone/node_order.h"

#include "base/fetch_line.h"

#include <algorithm>
#include <array>

namespace nomen::zone {

namespace {

/// Where the labels of a node's owner begin, from the first (lowest) one on.
struct LabelStarts {
  explicit LabelStarts(Bytes labels) {
    for (size_t at = 0; at < labels.size(); at += labels[at] + 1U) starts[count++] = static_cast<uint8_t>(at);
  }
  size_t count = 0;
  std::array<uint8_t, dns::kMaxLabels> starts;
};

struct Keyed {
  uint64_t high;
  uint64_t low;
  Ref ref;
};

/// The labels from the highest one on, lower-cased: each byte plus one, and a zero behind each label, so that
/// a label sorts before those that it begins. Bytes that have no room for the plus one end the key.
Keyed key_of(NodeView node, Ref ref) {
  std::array<uint8_t, 16> key{};
  size_t used = 0;
  const Bytes labels = node.labels();
  const LabelStarts at(labels);
  for (size_t i = at.count; i-- > 0 && used < key.size();) {
    const uint8_t* label = labels.data() + at.starts[i];
    for (size_t k = 1; k <= label[0] && used < key.size(); k++) {
      const uint8_t c = dns::lower(label[k]);
      if (c >= 254) {
        key[used] = 255;
        return {load_u64(key.data()), load_u64(key.data() + 8), ref};
      }
      key[used++] = static_cast<uint8_t>(c + 1);
    }
    used++;
  }
  return {load_u64(key.data()), load_u64(key.data() + 8), ref};
}

std::weak_ordering compare_labels(const uint8_t* a, const uint8_t* b) {
  const size_t common = std::min(a[0], b[0]);
  for (size_t i = 1; i <= common; i++) {
    const auto order = dns::lower(a[i]) <=> dns::lower(b[i]);
    if (order != 0) return order;
  }
  return a[0] <=> b[0];
}

std::weak_ordering compare_owners(NodeView a, NodeView b) {
  const LabelStarts in_a(a.labels());
  const LabelStarts in_b(b.labels());
  for (size_t i = 1; i <= std::min(in_a.count, in_b.count); i++) {
    const auto order = compare_labels(a.labels().data() + in_a.starts[in_a.count - i],
                                      b.labels().data() + in_b.starts[in_b.count - i]);
    if (order != 0) return order;
  }
  return in_a.count <=> in_b.count;
}

}  // namespace

void sort_canonically(const Content& content, std::vector<Ref>& refs) {
  std::vector<Keyed> keys;
  keys.reserve(refs.size());
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < refs.size(); i++) {
    if (i + kAhead < refs.size()) fetch_line(content.node(refs[i + kAhead]).data());
    keys.push_back(key_of(content.node(refs[i]), refs[i]));
  }
  std::sort(keys.begin(), keys.end(), [&](const Keyed& a, const Keyed& b) {
    if (a.high != b.high) return a.high < b.high;
    if (a.low != b.low) return a.low < b.low;
    return a.ref != b.ref && compare_owners(content.node(a.ref), content.node(b.ref)) < 0;
  });
  for (size_t i = 0; i < refs.size(); i++) refs[i] = keys[i].ref;
}

size_t common_labels(NodeView a, NodeView b) {
  const LabelStarts in_a(a.labels());
  const LabelStarts in_b(b.labels());
  size_t common = 0;
  while (common < std::min(in_a.count, in_b.count) &&
         compare_labels(a.labels().data() + in_a.starts[in_a.count - common - 1],
                        b.labels().data() + in_b.starts[in_b.count - common - 1]) == 0) {
    common++;
  }
  return common;
}

}  // namespace nomen::zone
