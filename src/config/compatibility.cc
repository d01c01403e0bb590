#include "config/compatibility.h"

#include <algorithm>
#include <array>
#include <vector>

#include "config/grammar.h"

namespace nomen::config {
namespace {

constexpr std::string_view kIntroduction =
    "# named.conf: what is read and what is obeyed\n"
    "\n"
    "This page is made from the grammar (`nomen checkconf --reference`); a test fails when it is stale.\n"
    "\n"
    "All statements of BIND 9.18 parse and are checked as BIND checks them, and those that 9.20 and 9.21 "
    "added parse too.\n"
    "What this version does with a statement:\n"
    "\n"
    "- **obeyed**: as BIND does.\n"
    "- **stored**: kept, but without effect yet; `nomen serve` warns.\n"
    "- **harmless**: ignored with a warning; answers are right without it.\n"
    "- **refused**: `nomen serve` does not start with it, because it would be half obeyed. A value that asks "
    "for\n"
    "  nothing (in the column *accepted value*) is obeyed all the same.\n"
    "\n"
    "Zones of type primary (master), secondary (slave) and stub and zones with `in-view` are served; zones "
    "of type "
    "hint and\n"
    "delegation-only are ignored with a warning, because only recursion uses them; all other types are "
    "refused "
    "at present.\n"
    "\n"
    "In shapes, `[ x ]` may be left out, `( a | b )` is a choice, `[* a | b *]` are parts in any order, each "
    "at most\n"
    "once, `~word` is deprecated and `-word` is obsolete.\n";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + escaped(text) + "`";
}

std::string_view lifecycle_note(Lifecycle lifecycle) {
  switch (lifecycle) {
    case Lifecycle::kCurrent:
      return "";
    case Lifecycle::kDeprecated:
      return "deprecated";
    case Lifecycle::kObsolete:
      return "obsolete";
    case Lifecycle::kAncient:
      return "no longer exists: an error";
    case Lifecycle::kNotCompiled:
      return "not in Debian's BIND";
    case Lifecycle::kTestOnly:
      return "for tests of BIND";
    case Lifecycle::kNewer:
      return "of BIND 9.20 or 9.21";
    case Lifecycle::kOurs:
      return "not in BIND";
  }
  return "";
}

std::string zones_text(ZoneTypes zones) {
  std::string out;
  for (int i = 0; i < static_cast<int>(ZoneType::kNone); ++i) {
    if ((zones & bit(static_cast<ZoneType>(i))) == 0) continue;
    out += (out.empty() ? "" : ", ") + std::string(to_string(static_cast<ZoneType>(i)));
  }
  return out;
}

std::string notes(const StatementRow& row, Place place) {
  std::string out(lifecycle_note(row.lifecycle));
  const auto add = [&](std::string_view text) {
    if (!text.empty()) out += (out.empty() ? "" : "; ") + std::string(text);
  };
  if (row.repeats && row.lifecycle != Lifecycle::kAncient) add("may repeat");
  if (place == Place::kZone) add(zones_text(row.zones));
  add(row.note);
  return escaped(out);
}

std::string_view heading(Place place) {
  constexpr std::array<std::string_view, static_cast<size_t>(Place::kCount)> kHeadings = {
      "Top level", "options",    "view",          "zone",
      "server",    "key",        "logging",       "channel (in logging)",
      "controls",  "dlz",        "dnssec-policy", "http",
      "tls",       "rate-limit", "dns64",         "statistics-channels",
      "key-store", "template"};
  return kHeadings[static_cast<size_t>(place)];
}

std::string section(Place place) {
  std::vector<const StatementRow*> rows;
  for (const StatementRow& row : grammar()) {
    if (row.stands_in(place) && row.lifecycle != Lifecycle::kAncient) rows.push_back(&row);
  }
  if (rows.empty()) return "";
  std::sort(rows.begin(), rows.end(),
            [](const StatementRow* a, const StatementRow* b) { return a->name < b->name; });
  std::string out = "\n## " + std::string(heading(place)) + "\n\n";
  out += "| statement | value | default | status | accepted value | notes |\n|---|---|---|---|---|---|\n";
  for (const StatementRow* row : rows) {
    out += "| " + code(row->name) + " | " + code(row->shape) + " | " + code(row->default_text) + " | " +
           std::string(to_string(row->status)) + " | " + code(row->nothing) + " | " + notes(*row, place) +
           " |\n";
  }
  return out;
}

std::string retired_page() {
  std::vector<std::string_view> names;
  for (const StatementRow& row : grammar()) {
    if (row.lifecycle == Lifecycle::kAncient) names.push_back(row.name);
  }
  std::sort(names.begin(), names.end());
  std::string out =
      "\n## Statements that no longer exist\n\nBIND 9.18 refuses these by name, and so does Nomen:\n\n";
  for (std::string_view name : names) out += "- " + code(name) + "\n";
  return out;
}

}  // namespace

std::string compatibility_reference() {
  std::string out(kIntroduction);
  for (int i = 0; i < static_cast<int>(Place::kCount); ++i) out += section(static_cast<Place>(i));
  return out + retired_page();
}

}  // namespace nomen::config
