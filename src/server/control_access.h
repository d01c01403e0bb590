// From the controls statement and rndc.key to the addresses of the control channel and who may use them.
// Thread rule: the main thread.
#pragma once
#include <memory>
#include <vector>

#include "config/model.h"
#include "control/rndc_listener.h"
#include "policy/acl.h"

namespace nomen::server {

struct ControlAddress {
  net::SocketAddress address;
  control::ChannelPolicy policy;
};

/// BIND's rule: without a controls statement 127.0.0.1 and ::1 port 953, with the key of rndc.key, where that
/// file is. What cannot be used (an unknown key, no key at all) is logged and left out.
std::vector<ControlAddress> control_addresses(const config::Config& config,
                                              const std::shared_ptr<const policy::LocalAddresses>& local);

}  // namespace nomen::server
