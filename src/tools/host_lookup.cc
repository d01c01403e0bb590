#include "tools/host_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <strings.h>
#include <sys/socket.h>

#include <array>
#include <memory>

namespace nomen::tools {

namespace {

void add_address(const addrinfo& info, zone::HostAddresses& out) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (info.ai_family == AF_INET) {
    const auto* address = reinterpret_cast<const sockaddr_in*>(info.ai_addr);
    if (inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr)
      out.ipv4.emplace_back(text.data());
  } else if (info.ai_family == AF_INET6) {
    const auto* address = reinterpret_cast<const sockaddr_in6*>(info.ai_addr);
    if (inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size()) != nullptr)
      out.ipv6.emplace_back(text.data());
  }
}

}  // namespace

zone::HostAddresses find_host(dns::NameView name) {
  using State = zone::HostAddresses::State;
  zone::HostAddresses out;
  const std::string text = dns::to_string_no_dot(name);
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  addrinfo* found = nullptr;
  // With the final dot, so that no search list is tried.
  const int status = getaddrinfo((text + ".").c_str(), nullptr, &hints, &found);
  if (status == EAI_NONAME || status == EAI_NODATA) return out;
  if (status != 0) {
    out.state = State::kFailed;
    out.detail = gai_strerror(status);
    return out;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  out.state = State::kFound;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    add_address(*info, out);
    if (info->ai_canonname == nullptr) continue;
    std::string canonical = info->ai_canonname;
    if (canonical.ends_with('.')) canonical.pop_back();
    if (strcasecmp(canonical.c_str(), text.c_str()) == 0) continue;
    out.state = State::kIsAlias;
    out.detail = canonical;
  }
  return out;
}

}  // namespace nomen::tools
