#include "zone/check_external.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

std::vector<std::string> address_texts(NodeView node, RRType type) {
  std::vector<std::string> texts;
  const RRsetView set = node.find(type);
  if (!set) return texts;
  set.for_each([&](Bytes rdata) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = type == RRType::kA ? AF_INET : AF_INET6;
    if (rdata.size() != (type == RRType::kA ? 4U : 16U)) return;
    if (inet_ntop(family, rdata.data(), text.data(), text.size()) != nullptr) texts.emplace_back(text.data());
  });
  return texts;
}

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

const HostAddresses& ExternalCheck::addresses(NameView target) {
  const auto found = known_.find(dns::Name(target));
  if (found != known_.end()) return found->second;
  return known_.emplace(dns::Name(target), options_.external(target)).first->second;
}

void ExternalCheck::check(NodeView node, RRType type, NameView target, NodeView glue) {
  const HostAddresses& known = addresses(target);
  const dns::Name owner = node.owner(content_.apex());
  const std::string name = dns::to_string_no_dot(target);
  const std::string subject = dns::to_string_no_dot(owner) + "/" + dns::to_string(type) + " '" + name + "' ";
  if (known.state == HostAddresses::State::kFound) {
    if (glue) compare_glue(owner, subject, glue, known);
    return;
  }
  if (known.state == HostAddresses::State::kIsAlias) {
    const Strictness strictness = type == RRType::kMx    ? options_.mx_cname
                                  : type == RRType::kSrv ? options_.srv_cname
                                                         : Strictness::kWarn;
    if (complained_.emplace(target).second || strictness == Strictness::kFail) {
      findings_.add(Stage::kIntegrity, owner, strictness,
                    subject + "(out of zone) is a CNAME '" + known.detail + "' (illegal)");
    }
    return;
  }
  if (!complained_.emplace(target).second) return;
  const bool failed = known.state == HostAddresses::State::kFailed;
  findings_.add(Stage::kIntegrity, owner, Strictness::kWarn,
                failed ? "getaddrinfo(" + name + ") failed: " + known.detail
                       : subject + "(out of zone) has no addresses records (A or AAAA)");
}

/// Glue must be what the child's servers say (RFC 1912 2.3).
void ExternalCheck::compare_glue(const dns::Name& owner, const std::string& subject, NodeView glue,
                                 const HostAddresses& known) {
  for (const RRType type : {RRType::kA, RRType::kAaaa}) {
    const auto& wanted = type == RRType::kA ? known.ipv4 : known.ipv6;
    const std::vector<std::string> here = address_texts(glue, type);
    for (const std::string& text : here) {
      if (contains(wanted, text)) continue;
      findings_.add(Stage::kIntegrity, owner, Strictness::kFail,
                    subject + "extra GLUE " + dns::to_string(type) + " record (" + text + ")");
    }
    for (const std::string& text : wanted) {
      if (contains(here, text)) continue;
      findings_.add(Stage::kIntegrity, owner, Strictness::kWarn,
                    subject + "missing GLUE " + dns::to_string(type) + " record (" + text + ")");
    }
  }
}

}  // namespace nomen::zone
