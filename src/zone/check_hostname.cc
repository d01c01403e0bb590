#include "zone/check_hostname.h"

#include <arpa/inet.h>

#include <array>

#include "dns/hostname.h"

namespace nomen::zone {

namespace {

using dns::NameView;

/// The text of the first `count` labels, dots between them.
std::string labels_text(NameView name, size_t count) {
  std::string text;
  for (; count > 0 && !name.is_root(); count--, name = name.parent()) {
    if (!text.empty()) text += '.';
    text.append(reinterpret_cast<const char*>(name.data()) + 1, name.data()[0]);
  }
  return text;
}

bool is_address(const std::string& text, int family) {
  std::array<uint8_t, 16> bytes;
  return text.find('\0') == std::string::npos && inet_pton(family, text.c_str(), bytes.data()) == 1;
}

}  // namespace

OwnerShape shape_of_owner(NameView owner, size_t known_size) {
  OwnerShape shape;
  const uint8_t* label = owner.data();
  const uint8_t* const end = label + owner.size() - known_size;
  if (owner.is_wildcard() && label < end) label += 2;
  for (; label < end && *label != 0; label += *label + 1) {
    if (label[0] == 1 && label[1] == '*' && label != owner.data()) shape.has_inner_wildcard = true;
    shape.is_hostname &= dns::is_host_label(label);
  }
  return shape;
}

bool is_mailbox(NameView name) {
  if (name.is_root()) return true;
  for (size_t i = 1; i <= name.data()[0]; i++) {
    if (name.data()[i] <= 0x20 || name.data()[i] >= 0x7f) return false;
  }
  return dns::is_hostname(name.parent());
}

bool has_inner_wildcard(NameView name) {
  if (name.is_root()) return false;
  for (const uint8_t* label = name.data() + name.data()[0] + 1; *label != 0; label += *label + 1) {
    if (label[0] == 1 && label[1] == '*') return true;
  }
  return false;
}

std::string address_in_name(NameView name, NameView owner) {
  // What was written without a final dot was completed with an origin: most often the zone, at least some
  // name that the owner is at or below.
  const auto candidate = [&](size_t labels, int family) -> std::string {
    if (name.label_count() < labels) return {};
    const NameView rest = name.strip(labels);
    if (!rest.is_root() && !owner.is_at_or_below(rest)) return {};
    std::string text = labels_text(name, labels);
    if (!is_address(text, family)) return {};
    return rest.is_root() ? text + "." : text;
  };
  if (name.is_root()) return {};
  const uint8_t* first = name.data() + 1;
  const bool has_colon = std::memchr(first, ':', name.data()[0]) != nullptr;
  if (!has_colon && (first[0] < '0' || first[0] > '9')) return {};
  if (!has_colon) return candidate(4, AF_INET);
  std::string text = candidate(1, AF_INET6);
  return text.empty() ? candidate(4, AF_INET6) : text;
}

}  // namespace nomen::zone
