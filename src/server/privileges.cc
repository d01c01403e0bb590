#include "server/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "base/os/file.h"

namespace nomen::server {

namespace {

Result<void> set_capabilities(std::initializer_list<cap_value_t> kept) {
  const std::unique_ptr<_cap_struct, int (*)(void*)> caps(cap_init(), cap_free);
  if (!caps) return os::system_failure("cap_init");
  for (const cap_value_t value : kept) {
    // A capability that this process does not have (in a container, say) cannot be kept.
    if (cap_get_bound(value) != 1) continue;
    if (cap_set_flag(caps.get(), CAP_PERMITTED, 1, &value, CAP_SET) != 0 ||
        cap_set_flag(caps.get(), CAP_EFFECTIVE, 1, &value, CAP_SET) != 0) {
      return os::system_failure("cap_set_flag");
    }
  }
  if (cap_set_proc(caps.get()) != 0) return os::system_failure("cap_set_proc");
  return {};
}

}  // namespace

Result<UserIds> find_user(const std::string& name_or_number) {
  const passwd* found = ::getpwnam(name_or_number.c_str());
  if (found == nullptr) {
    char* end = nullptr;
    const unsigned long number = std::strtoul(name_or_number.c_str(), &end, 10);
    if (end != name_or_number.c_str() && *end == '\0') found = ::getpwuid(static_cast<uid_t>(number));
  }
  if (found == nullptr) return failure("user '" + name_or_number + "' unknown");
  return UserIds{found->pw_uid, found->pw_gid, found->pw_name};
}

Result<void> enter_root(const std::string& directory) {
  if (::chroot(directory.c_str()) != 0) return os::system_failure("chroot('" + directory + "')");
  if (::chdir("/") != 0) return os::system_failure("chdir('/')");
  return {};
}

Result<void> limit_capabilities() {
  if (::geteuid() != 0) return {};
  return set_capabilities({CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT, CAP_DAC_READ_SEARCH, CAP_SYS_RESOURCE});
}

Result<void> become_user(const UserIds& user) {
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return os::system_failure("prctl(PR_SET_KEEPCAPS)");
  if (::initgroups(user.name.c_str(), user.gid) != 0) return os::system_failure("initgroups");
  if (::setgid(user.gid) != 0) return os::system_failure("setgid");
  if (::setuid(user.uid) != 0) return os::system_failure("setuid");
  if (auto kept = set_capabilities({CAP_NET_BIND_SERVICE}); !kept) return kept;
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  return {};
}

}  // namespace nomen::server
