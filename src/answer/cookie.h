// DNS cookies (RFC 7873) in the interoperable form of RFC 9018: SipHash-2-4 over the client's cookie, the
// version, the time and the client's address.
// Thread rule: pure functions; the time is a value.
#pragma once
#include <array>
#include <cstdint>

#include "answer/snapshot.h"
#include "base/bytes.h"

namespace nomen::answer {

inline constexpr size_t kClientCookieBytes = 8;
inline constexpr size_t kServerCookieBytes = 16;

/// The server cookie for this client at `now_s` (seconds since 1970), with the first secret.
std::array<uint8_t, kServerCookieBytes> make_server_cookie(const CookieSecrets& secrets, Bytes client_cookie,
                                                           Bytes client_address, uint32_t now_s);

/// Whether one of the secrets made this server cookie for this client, not too long ago.
bool is_valid_server_cookie(const CookieSecrets& secrets, Bytes client_cookie, Bytes server_cookie,
                            Bytes client_address, uint32_t now_s);

}  // namespace nomen::answer
