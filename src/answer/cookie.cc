#include "answer/cookie.h"

#include "answer/limits.h"

namespace nomen::answer {

namespace {

constexpr uint8_t kVersion = 1;

std::array<uint8_t, 8> hash(const crypto::SipHashKey& secret, Bytes client_cookie,
                            const uint8_t* version_and_time, Bytes client_address) {
  std::array<uint8_t, kClientCookieBytes + 8 + 16> input;
  std::memcpy(input.data(), client_cookie.data(), kClientCookieBytes);
  std::memcpy(input.data() + kClientCookieBytes, version_and_time, 8);
  std::memcpy(input.data() + kClientCookieBytes + 8, client_address.data(), client_address.size());
  return crypto::siphash24_bytes(secret, Bytes(input.data(), kClientCookieBytes + 8 + client_address.size()));
}

}  // namespace

std::array<uint8_t, kServerCookieBytes> make_server_cookie(const CookieSecrets& secrets, Bytes client_cookie,
                                                           Bytes client_address, uint32_t now_s) {
  std::array<uint8_t, kServerCookieBytes> cookie{};
  cookie[0] = kVersion;
  store_u32(&cookie[4], now_s);
  const auto mac = hash(secrets.secrets.front(), client_cookie, cookie.data(), client_address);
  std::memcpy(&cookie[8], mac.data(), mac.size());
  return cookie;
}

bool is_valid_server_cookie(const CookieSecrets& secrets, Bytes client_cookie, Bytes server_cookie,
                            Bytes client_address, uint32_t now_s) {
  if (server_cookie.size() != kServerCookieBytes || server_cookie[0] != kVersion) return false;
  const uint32_t age = now_s - load_u32(&server_cookie[4]);  // RFC 1982 arithmetic, RFC 9018 4.3
  const bool from_the_future = static_cast<int32_t>(age) < 0;
  if (from_the_future ? 0U - age > kCookieFutureS : age > kCookiePastS) return false;
  for (const crypto::SipHashKey& secret : secrets.secrets) {
    const auto mac = hash(secret, client_cookie, server_cookie.data(), client_address);
    uint8_t difference = 0;
    for (size_t i = 0; i < mac.size(); i++) difference |= mac[i] ^ server_cookie[8 + i];
    if (difference == 0) return true;
  }
  return false;
}

}  // namespace nomen::answer
