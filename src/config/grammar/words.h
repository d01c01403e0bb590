// Short names and repeated shapes for the rows of this folder. Only its files include it.
#pragma once
#include <string_view>

#include "config/grammar.h"
#include "config/grammar/rows.h"

namespace nomen::config {

inline constexpr Places kTop = bit(Place::kTop), kOpt = bit(Place::kOptions), kView = bit(Place::kView),
                        kZone = bit(Place::kZone), kServer = bit(Place::kServer), kKey = bit(Place::kKey),
                        kLogging = bit(Place::kLogging), kChannel = bit(Place::kChannel),
                        kControls = bit(Place::kControls), kDlz = bit(Place::kDlz),
                        kPolicy = bit(Place::kDnssecPolicy), kHttp = bit(Place::kHttp),
                        kTls = bit(Place::kTls), kRate = bit(Place::kRateLimit), kDns64 = bit(Place::kDns64),
                        kStats = bit(Place::kStatisticsChannels), kKeyStore = bit(Place::kKeyStore),
                        kTemplate = bit(Place::kTemplate);

// Zone types by letter: Primary, Secondary, Mirror, Hint, sTub, static stub (X), Forward, Redirect, In-view.
inline constexpr ZoneTypes kP = bit(ZoneType::kPrimary), kS = bit(ZoneType::kSecondary),
                           kM = bit(ZoneType::kMirror), kH = bit(ZoneType::kHint), kT = bit(ZoneType::kStub),
                           kX = bit(ZoneType::kStaticStub), kF = bit(ZoneType::kForward),
                           kR = bit(ZoneType::kRedirect), kD = bit(ZoneType::kDelegationOnly),
                           kI = bit(ZoneType::kInView);

#define NOMEN_REMOTE_SERVERS                                                                              \
  "[* port <port> | -dscp <integer> | source ( <ipv4_address> | * ) "                                     \
  "| source-v6 ( <ipv6_address> | * ) *] "                                                                \
  "{ ( <ip_address> [* port <port> | -dscp <integer> *] | <string> ) [ key <string> ] [ tls <string> ]; " \
  "... }"

inline constexpr std::string_view kMatch = "{ <address_match_element>; ... }";
inline constexpr std::string_view kNamedMatch = "<string> { <address_match_element>; ... }";
inline constexpr std::string_view kRemote = NOMEN_REMOTE_SERVERS;
inline constexpr std::string_view kNamedRemote = "<string> " NOMEN_REMOTE_SERVERS;
inline constexpr std::string_view kSource4 =
    "( <ipv4_address> | * ) [* ~port ( <port> | * ) | -dscp <integer> *]";
inline constexpr std::string_view kSource6 =
    "( <ipv6_address> | * ) [* ~port ( <port> | * ) | -dscp <integer> *]";

}  // namespace nomen::config
