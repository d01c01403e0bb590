// What rndc and `nomen ctl` share: from options and configuration files to a server and a key, and one
// command sent to it. Error texts are those of BIND's rndc, without the "rndc: " in front. Thread rule: free
// functions; ask_server() waits for the network.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/paths.h"
#include "control/rndc_exchange.h"
#include "tools/rndc_config.h"

namespace nomen::tools {

inline constexpr uint16_t kRndcPort = 953;
/// For connecting, and for each answer; a reload may take a while to answer.
inline constexpr int kRndcTimeout_ms = 60000;

struct RndcRequest {
  std::string config_file = config::kRndcConfFile;
  bool config_file_given = false;  ///< then it must exist; else the key file does as well
  std::string key_file = config::kRndcKeyFile;
  std::optional<std::string> server;
  std::optional<uint16_t> port;
  std::optional<std::string> key_name;
  RndcSources sources;
  bool use_v4 = true;
  bool use_v6 = true;
};

/// Whom to ask, and as whom.
struct RndcTarget {
  std::string name;
  std::vector<net::SocketAddress> addresses;  ///< tried in order until one connects
  control::RndcKey key;
  RndcSources sources;
};

/// Finds server and key. Errors of configuration files are in `diagnostics` besides; warnings are there, too.
/// `note` hears of each step, for -V.
Result<RndcTarget> find_target(const RndcRequest& request, Diagnostics& diagnostics,
                               const std::function<void(const std::string&)>& note);

Result<control::RndcReply> ask_server(const RndcTarget& target, const std::string& command,
                                      const std::function<void(const std::string&)>& note);

}  // namespace nomen::tools
