// The parameters of SVCB and HTTPS (RFC 9460 2.1 and 7): each key has a form of its value of its own.
// Thread rule: free functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"

namespace nomen::dns {

namespace service_key {
inline constexpr uint16_t kMandatory = 0;
inline constexpr uint16_t kAlpn = 1;
inline constexpr uint16_t kNoDefaultAlpn = 2;
inline constexpr uint16_t kPort = 3;
inline constexpr uint16_t kIpv4Hint = 4;
inline constexpr uint16_t kEch = 5;
inline constexpr uint16_t kIpv6Hint = 6;
inline constexpr uint16_t kDohPath = 7;
}  // namespace service_key

/// A word of RFC 9460's registry or keyNNNNN. `is_generic`: written as keyNNNNN, so that its value is too.
bool parse_service_key(std::string_view text, uint16_t& key, bool& is_generic);

/// Reads the value of `key` to the wire, without its length; empty text when there was no = sign.
bool read_service_value(TextReader& in, uint16_t key, bool is_generic, std::string_view text);

/// Whether `value` is well-formed for `key`, seen for itself.
bool is_service_value(uint16_t key, Bytes value);

/// "alpn=\"h2\"", "port=53", "key667=\"hello\"".
std::string service_parameter_text(uint16_t key, Bytes value);

}  // namespace nomen::dns
