// New secrets, and the key statement of named.conf that holds one: what the programs that make keys share.
// Thread rule: free functions, any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace nomen::tools {

/// A random secret of `bits` bits (whole bytes), in base64.
std::string make_secret(size_t bits);

/// key "NAME" { algorithm ...; secret "..."; }; over four lines, each behind `margin`.
std::string key_statement(std::string_view name, std::string_view algorithm, std::string_view secret,
                          std::string_view margin = "");

}  // namespace nomen::tools
