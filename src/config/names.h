// What a configuration defines by name and refers to elsewhere: acls and lists of remote servers, resolved.
// Thread rule: a value of one thread while a model is built.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "config/match_list.h"
#include "config/tree.h"

namespace nomen::config {

class Names {
 public:
  /// `tree` and `diagnostics` outlive this.
  Names(const Tree& tree, Diagnostics& diagnostics);

  const Tree& tree() const { return tree_; }

  /// The address match list `list` (a kList node). An acl that is not defined, or that holds itself, is an
  /// error.
  MatchListRef match_list(const Node& list);
  /// The address match list of a statement that has one.
  MatchListRef match_list_of(const Node& statement);
  /// The list an acl's name stands for.
  MatchListRef acl(const Node& definition);

  /// The servers of primaries, also-notify, ...: `statement` has a list of them. A list in it that is not
  /// defined is an error; parental-agents have lists of their own.
  std::vector<RemoteServer> remote_servers(const Node& statement);

  void error(const Position& position, std::string text);
  /// While one lives, errors are not reported: for settings that nothing uses, or that somebody else judges.
  class Muted {
   public:
    explicit Muted(Names& names) : names_(names), was_muted_(std::exchange(names.is_muted_, true)) {}
    ~Muted() { names_.is_muted_ = was_muted_; }
    Muted(const Muted&) = delete;
    Muted& operator=(const Muted&) = delete;

   private:
    Names& names_;
    bool was_muted_;
  };

 private:
  MatchElement element(const Node& node);
  MatchElement named_element(const Node& value);
  void add_servers(const Node& statement, bool are_agents, uint16_t port, int depth,
                   std::vector<RemoteServer>& servers);

  const Tree& tree_;
  Diagnostics& diagnostics_;
  bool is_muted_ = false;
  bool has_kept_quiet_ = false;  ///< since it was cleared, an error was not reported
  std::unordered_map<std::string, const Node*> acls_;
  struct Acl {
    MatchListRef list;
    bool has_kept_quiet;  ///< about an error in it
  };
  std::unordered_map<const Node*, Acl> acl_lists_;
  std::unordered_set<const Node*> open_acls_;  ///< being resolved: meeting one again is a loop
  std::unordered_map<std::string, const Node*> primaries_lists_, agents_lists_;
};

std::string lower_text(std::string_view text);
/// A name behind the word `tls`, in lower case; empty for "none".
std::string tls_name(std::string_view text);

}  // namespace nomen::config
