// rndc's configuration: rndc.conf (key, server and options statements, include) or a key file with one key.
// Thread rule: values and free functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "control/rndc_message.h"
#include "net/address.h"

namespace nomen::tools {

struct RndcKeyStatement {
  std::string name;
  std::optional<std::string> algorithm;
  std::optional<std::string> secret;  ///< base64
};

/// Where commands leave from: source-address and source-address-v6.
struct RndcSources {
  std::optional<net::SocketAddress> v4;
  std::optional<net::SocketAddress> v6;
};

struct RndcServerAddress {
  std::string host;  ///< a name or an address
  std::optional<uint16_t> port;
};

struct RndcServerStatement {
  std::string name;
  std::optional<std::string> key;
  std::optional<uint16_t> port;
  std::vector<RndcServerAddress> addresses;  ///< empty: the name itself
  RndcSources sources;
};

struct RndcConfig {
  std::vector<RndcKeyStatement> keys;
  std::vector<RndcServerStatement> servers;
  bool has_options = false;
  std::optional<std::string> default_server;
  std::optional<std::string> default_key;
  std::optional<uint16_t> default_port;
  RndcSources default_sources;
};

/// Reads a file and what it includes. Errors are in `diagnostics`, several at a time; the result is of use
/// only when none is.
RndcConfig read_rndc_config(const std::string& path, Diagnostics& diagnostics);
/// The same for a text; `name` stands for it in diagnostics.
RndcConfig parse_rndc_config(const std::string& name, const std::string& text, Diagnostics& diagnostics);

/// A key statement as a key; the errors are BIND's ("key must have algorithm and secret").
Result<control::RndcKey> to_key(const RndcKeyStatement& statement);

}  // namespace nomen::tools
