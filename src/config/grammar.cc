#include "config/grammar.h"

#include <array>
#include <unordered_map>
#include <vector>

#include "base/contract.h"
#include "config/grammar/rows.h"

namespace nomen::config {
namespace {

constexpr size_t kLongestName = 64;

struct Table {
  std::vector<StatementRow> rows;
  std::vector<Shape> shapes;
  std::array<std::unordered_map<std::string_view, int>, static_cast<size_t>(Place::kCount)> by_name;
};

Table make_table() {
  Table table;
  for (auto part : {top_rows(), server_wide_rows(), view_rows(), zone_rows(), block_rows(), newer_rows(),
                    retired_rows(), our_rows()}) {
    table.rows.insert(table.rows.end(), part.begin(), part.end());
  }
  table.shapes.reserve(table.rows.size());
  for (size_t row = 0; row < table.rows.size(); ++row) {
    table.shapes.push_back(compile_shape(table.rows[row].shape));
    for (size_t place = 0; place < table.by_name.size(); ++place) {
      if (!table.rows[row].stands_in(static_cast<Place>(place))) continue;
      const bool is_new = table.by_name[place].emplace(table.rows[row].name, static_cast<int>(row)).second;
      NOMEN_REQUIRE(is_new);
    }
  }
  return table;
}

const Table& table() {
  static const Table kTable = make_table();
  return kTable;
}

}  // namespace

std::span<const StatementRow> grammar() {
  return table().rows;
}

const Shape& shape_of(uint16_t row) {
  return table().shapes[row];
}

int find_row(Place place, std::string_view name) {
  if (name.size() > kLongestName) return -1;
  std::array<char, kLongestName> lowered;
  for (size_t i = 0; i < name.size(); ++i) {
    lowered[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
  }
  const auto& names = table().by_name[static_cast<size_t>(place)];
  const auto found = names.find(std::string_view(lowered.data(), name.size()));
  return found == names.end() ? -1 : found->second;
}

std::string_view to_string(ZoneType type) {
  constexpr std::string_view kNames[] = {
      "primary", "secondary", "mirror",          "hint",    "stub", "static-stub",
      "forward", "redirect",  "delegation-only", "in-view", "none"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view to_string(Status status) {
  constexpr std::string_view kNames[] = {"obeyed", "stored", "harmless", "refused"};
  return kNames[static_cast<size_t>(status)];
}

}  // namespace nomen::config
