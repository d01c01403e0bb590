#include "dns/idn_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "dns/name.h"

namespace nomen::dns {

namespace {

/// A line may hold as many names as its sender likes; so many are worth decoding.
constexpr size_t kMostNamesShown = 4;

bool may_stand_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '*';
}

/// Where an A-label may begin from `at` on.
size_t find_prefix(std::string_view line, size_t at) {
  for (at = line.find("--", at + 2); at != std::string_view::npos; at = line.find("--", at + 1)) {
    if ((line[at - 2] | 32) == 'x' && (line[at - 1] | 32) == 'n') return at - 2;
  }
  return std::string_view::npos;
}

}  // namespace

std::string with_idn_shown(std::string line) {
  size_t at = find_prefix(line, 0);
  if (at == std::string_view::npos) return line;
  std::vector<std::string> shown;
  while (at != std::string_view::npos && shown.size() < kMostNamesShown) {
    size_t begin = at;
    while (begin > 0 && may_stand_in_name(line[begin - 1])) begin--;
    size_t end = at;
    while (end < line.size() && may_stand_in_name(line[end])) end++;
    const std::string_view written = std::string_view(line).substr(begin, end - begin);
    if (const auto name = Name::parse(written)) {
      std::string unicode = to_unicode(*name);
      const bool is_news = unicode != to_string_no_dot(name->lowered());
      if (is_news && std::find(shown.begin(), shown.end(), unicode) == shown.end())
        shown.push_back(std::move(unicode));
    }
    at = find_prefix(line, end);
  }
  for (size_t i = 0; i < shown.size(); i++) line += (i == 0 ? " [" : ", ") + shown[i];
  if (!shown.empty()) line += ']';
  return line;
}

}  // namespace nomen::dns
