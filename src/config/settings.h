// How statements become options: one setter per statement, used alike for options, view and zone, so that
// inheriting is copying and then applying. Private to the builder (build_*.cc).
#pragma once
#include "config/model.h"
#include "config/names.h"
#include "config/tree.h"

namespace nomen::config {

/// One statement about to be applied.
struct Setting {
  const Node& statement;
  Names& names;

  bool is_on() const { return statement.value()->number != 0; }
  uint32_t number() const;  ///< of the first value, at most 2^32-1
  std::string text() const { return std::string(statement.value()->text); }
  bool says(std::string_view keyword) const { return statement.value()->is_keyword(keyword); }
  MatchListRef match_list() const { return names.match_list_of(statement); }
  CheckMode check_mode(const Node* value) const;
  SourceAddress source() const;
  Identity identity() const;
};

/// Each applies the statements of `block` that it knows and leaves the others to the others.
void apply_server_options(Nodes block, Names& names, ServerOptions& to);
void apply_view_options(Nodes block, Names& names, ViewOptions& to);
void apply_zone_options(Nodes block, Names& names, ZoneOptions& to);
/// Whether apply_zone_options knows that statement.
bool is_zone_option(std::string_view name);

Logging build_logging(const Tree& tree, Names& names);
Controls build_controls(const Tree& tree, Names& names);
Key build_key(const Node& statement, Names& names);
Tls build_tls(const Node& statement);
/// An update-policy statement that was checked; rules with names that are none are left out.
std::vector<UpdateRule> build_update_policy(const Node& statement, dns::NameView zone);
Server build_server(const Node& statement, Names& names);

}  // namespace nomen::config
