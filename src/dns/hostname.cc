#include "dns/hostname.h"

#include <array>

namespace nomen::dns {

namespace {

constexpr uint8_t kInside = 1;  // may stand inside a host label
constexpr uint8_t kBorder = 3;  // may stand at its ends too

constexpr std::array<uint8_t, 256> make_kinds() {
  std::array<uint8_t, 256> kinds{};
  for (int c = 'a'; c <= 'z'; c++) kinds[static_cast<size_t>(c)] = kBorder;
  for (int c = 'A'; c <= 'Z'; c++) kinds[static_cast<size_t>(c)] = kBorder;
  for (int c = '0'; c <= '9'; c++) kinds[static_cast<size_t>(c)] = kBorder;
  kinds['-'] = kInside;
  return kinds;
}

constexpr std::array<uint8_t, 256> kKinds = make_kinds();

}  // namespace

bool is_host_label(const uint8_t* label) {
  const size_t size = label[0];
  uint8_t common = kBorder;
  for (size_t i = 1; i <= size; i++) common &= kKinds[label[i]];
  return common != 0 && kKinds[label[1]] == kBorder && kKinds[label[size]] == kBorder;
}

bool is_hostname(NameView name, bool wildcard_allowed) {
  const uint8_t* label = name.data();
  if (wildcard_allowed && name.is_wildcard()) label += 2;
  for (; *label != 0; label += *label + 1) {
    if (!is_host_label(label)) return false;
  }
  return true;
}

}  // namespace nomen::dns
