// The one table of named.conf: every statement, where it may stand, the shape of its value, its default,
// and what this version does with it. Parser, checks, printer, server and docs/compatibility.md read it.
// The rows are in grammar_*.cc. A name that has another shape in another place has a row for each.
// Thread rule: made once on first use, then immutable.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "config/shape.h"

namespace nomen::config {

using Places = uint32_t;
inline constexpr Places bit(Place place) {
  return Places{1} << static_cast<unsigned>(place);
}

/// What a zone is (its `type`, or `in-view`). delegation-only zones have no statement but their type.
enum class ZoneType : uint8_t {
  kPrimary,
  kSecondary,
  kMirror,
  kHint,
  kStub,
  kStaticStub,
  kForward,
  kRedirect,
  kDelegationOnly,
  kInView,
  kNone
};
using ZoneTypes = uint16_t;
inline constexpr ZoneTypes bit(ZoneType type) {
  return static_cast<ZoneTypes>(1U << static_cast<unsigned>(type));
}
std::string_view to_string(ZoneType type);  ///< "primary", "static-stub"

/// What this version does with a statement whose value asks for something.
enum class Status : uint8_t {
  kObeyed,
  kStored,    ///< kept for when transfers exist; a warning till then
  kHarmless,  ///< ignored with a warning: answers are right without it
  kRefused,   ///< serve refuses to start: it would be half obeyed
};
std::string_view to_string(Status status);

/// BIND's own state of a statement.
enum class Lifecycle : uint8_t {
  kCurrent,
  kDeprecated,   ///< a warning
  kObsolete,     ///< ignored with a warning
  kAncient,      ///< an error: it no longer exists
  kNotCompiled,  ///< an error: Debian's BIND was built without it
  kTestOnly,
  kNewer,  ///< in BIND 9.20 or 9.21, not in 9.18
  kOurs,   ///< BIND does not have it
};

struct StatementRow {
  std::string_view name;
  Places places = 0;
  ZoneTypes zones = 0;            ///< for Place::kZone: in which types it may stand
  std::string_view shape;         ///< notation of shape.h
  std::string_view default_text;  ///< as it would be written; empty when there is none
  Status status = Status::kHarmless;
  std::string_view nothing;  ///< values (between '|') that ask for nothing and so are always obeyed
  Lifecycle lifecycle = Lifecycle::kCurrent;
  bool repeats = false;     ///< may stand several times in one place
  bool list_value = false;  ///< several in one place are one setting (cookie-secret)
  std::string_view note;    ///< for the manual and for messages

  bool stands_in(Place place) const { return (places & bit(place)) != 0; }
};

/// All rows; a Node's row is an index into this.
std::span<const StatementRow> grammar();
/// The compiled shape of a row.
const Shape& shape_of(uint16_t row);
/// The row for a name (any case) in a place; -1 when there is none.
int find_row(Place place, std::string_view name);

}  // namespace nomen::config
