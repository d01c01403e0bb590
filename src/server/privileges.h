// Root's rights are needed to open port 53 and are given up after that: chroot, then another user, of root's
// capabilities only those that later opening of sockets needs (BIND keeps the same).
// Thread rule: before there are threads: Linux keeps credentials by thread.
#pragma once
#include <string>

#include "base/result.h"

namespace nomen::server {

/// Looks up the user (name or number) so that it is known before chroot hides /etc/passwd.
struct UserIds {
  unsigned uid = 0;
  unsigned gid = 0;
  std::string name;
};
Result<UserIds> find_user(const std::string& name_or_number);

/// chroot(2) and chdir("/").
Result<void> enter_root(const std::string& directory);

/// For a server that stays root: keeps CAP_NET_BIND_SERVICE, reading of all files, entering of a root and
/// raising of limits, and drops all other capabilities, as BIND does. Does nothing without root's rights.
Result<void> limit_capabilities();

/// Becomes the user, with the user's groups, keeping the right to bind low ports.
Result<void> become_user(const UserIds& user);

}  // namespace nomen::server
