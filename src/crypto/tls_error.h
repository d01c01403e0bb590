// OpenSSL's words for what went wrong. Private to tls_*.cc. Thread rule: OpenSSL keeps errors by thread.
#pragma once
#include <string>

namespace nomen::crypto {

/// The first thing that went wrong since the errors were forgotten; forgets all.
std::string take_tls_error();

}  // namespace nomen::crypto
