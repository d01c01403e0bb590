// The sessions that a client's context remembers, so that the next handshake with the same server is a short
// one (RFC 8446 2.2): the newest of each server, used once. It is the context's own and goes with it: what
// was verified when the session began was verified with the same certificates. Thread rule: any thread.
#pragma once
#include <cstddef>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace nomen::crypto {

/// Servers whose sessions one context remembers: beyond them, somebody's is forgotten.
inline constexpr size_t kMaxRememberedSessions = 1000;

/// From now on the context of a client remembers sessions.
void remember_sessions(ssl_ctx_st* context);

/// Before the handshake: what the server at this address gave is taken up, and what it gives is remembered.
void resume_session(ssl_st* session, const std::string& address);

}  // namespace nomen::crypto
