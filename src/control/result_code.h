// How a command ended, in BIND's numbers: they go over the wire, and `rndc -r` shows their identifiers.
// Thread rule: values.
#pragma once
#include <cstdint>
#include <string_view>

namespace nomen::control {

/// Those that our server answers with. The numbers are those of BIND 9.18.
enum class ResultCode : uint16_t {
  kSuccess = 0,
  kNoPermission = 6,
  kExists = 18,
  kNoSpace = 19,
  kShuttingDown = 22,
  kNotFound = 23,
  kUnexpectedEnd = 24,
  kFailure = 25,
  kNotImplemented = 27,
  kUnexpectedToken = 32,
  kFileNotFound = 38,
  kRange = 41,
  kLabelTooLong = 75,
  kBadEscape = 76,
  kEmptyLabel = 77,
  kUnknownClass = 80,
  kSyntax = 89,
  kNameTooLong = 95,
  kBadZone = 108,
  kNotLoaded = 123,
  kUnknownCommand = 172,
  kNotDynamic = 181
};

/// BIND's words for the code: "not found".
std::string_view to_string(ResultCode code);

/// BIND's identifier of any number: "ISC_R_NOTFOUND"; "(unknown)" for one that BIND does not have.
std::string_view result_identifier(uint32_t number);

}  // namespace nomen::control
