// What the checks share: the tree, where to report, and what is defined by name. Private to check*.cc.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/diagnostic.h"
#include "config/check.h"
#include "config/disk.h"
#include "config/names.h"
#include "config/tree.h"

namespace nomen::config {

class CheckContext {
 public:
  CheckContext(const Tree& tree, const CheckOptions& options, Disk& disk, Diagnostics& diagnostics);

  void error(const Node& at, std::string text) { report(Severity::kError, at.position, std::move(text)); }
  void warn(const Node& at, std::string text) { report(Severity::kWarning, at.position, std::move(text)); }
  void deprecated(const Node& at, std::string text) {
    if (!options_.ignore_deprecated) warn(at, std::move(text));
  }

  /// How many messages there are.
  size_t found() const { return diagnostics_.size(); }
  const Tree& tree() const { return tree_; }
  Disk& disk() { return disk_; }
  Names& names() { return names_; }
  const CheckOptions& options() const { return options_; }
  Nodes options_block() const { return options_block_; }
  /// The directory that relative paths of the configuration start from.
  const std::string& directory() const { return directory_; }

  bool has_key(std::string_view name, Nodes view_block) const;
  /// A block of that name, or one that is there without being written.
  bool has_tls(std::string_view name) const { return tls_.contains(lower_text(name)); }
  bool has_http(std::string_view name) const { return http_.contains(std::string(name)); }
  const Node* policy(std::string_view name) const;

 private:
  void report(Severity severity, const Position& position, std::string text);

  const Tree& tree_;
  const CheckOptions& options_;
  Disk& disk_;
  Diagnostics& diagnostics_;
  Names names_;
  Nodes options_block_{nullptr};
  std::string directory_;
  std::set<std::string> keys_, http_;
  std::set<std::string> tls_{"ephemeral", "none"};
  std::unordered_map<std::string, const Node*> policies_;
};

/// A domain name in lower case with its final dot; empty when the text is none.
std::string canonical_name(std::string_view text);

// The parts of the check.
void check_definitions(CheckContext& context);  // acl, key, tls, http, lists of servers: once each
void check_keys(CheckContext& context, Nodes block);
void check_policies(CheckContext& context);  // dnssec-policy
void check_logging(CheckContext& context);
void check_controls(CheckContext& context);
void check_server_options(CheckContext& context);  // options only
/// The settings that options, views and zones share; `place` says which block this is.
void check_settings(CheckContext& context, Nodes block, Place place);
// dns64, rate-limit, catalog zones; `zones`: the block whose zones they may name.
void check_view_features(CheckContext& context, Nodes block, Nodes zones);
void check_catalog_groups(CheckContext& context, Nodes block);
void check_zones_and_views(CheckContext& context);
void check_trust_anchors(CheckContext& context, Nodes block);
void check_servers(CheckContext& context, Nodes block, Nodes view_block);
/// The port of a query-source, transfer-source ...: not the one that the server listens on.
void check_source(CheckContext& context, const Node& statement);
/// The transport that an allow-transfer names.
void check_transport(CheckContext& context, const Node& statement);
/// The names of lists, keys and tls blocks in a list of remote servers.
void check_remote_servers(CheckContext& context, const Node& statement);

}  // namespace nomen::config
