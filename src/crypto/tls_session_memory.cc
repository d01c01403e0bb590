#include "crypto/tls_session_memory.h"

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace nomen::crypto {

namespace {

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SessionPtr = std::unique_ptr<SSL_SESSION, FreeSession>;

struct Memory {
  std::mutex mutex;
  std::unordered_map<std::string, SessionPtr> by_server;
};

void free_memory(void*, void* memory, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Memory*>(memory);
}

void free_address(void*, void* address, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(address);
}

int memory_place() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_memory);
  return place;
}

int address_place() {
  static const int place = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_address);
  return place;
}

Memory* memory_of(const SSL* session) {
  return static_cast<Memory*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), memory_place()));
}

/// A copy is kept: the session itself counts as spoilt when its connection ends without a farewell.
int keep(SSL* session, SSL_SESSION* given) {
  Memory* const memory = memory_of(session);
  const auto* const address = static_cast<const std::string*>(SSL_get_ex_data(session, address_place()));
  if (memory == nullptr || address == nullptr) return 0;
  SessionPtr copy(SSL_SESSION_dup(given));
  const std::lock_guard lock(memory->mutex);
  if (memory->by_server.size() >= kMaxRememberedSessions && !memory->by_server.contains(*address))
    memory->by_server.erase(memory->by_server.begin());
  memory->by_server.insert_or_assign(*address, std::move(copy));
  return 0;
}

}  // namespace

void remember_sessions(ssl_ctx_st* context) {
  auto memory = std::make_unique<Memory>();
  if (SSL_CTX_set_ex_data(context, memory_place(), memory.get()) != 1) return;
  (void)memory.release();  // free_memory() has it
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep);
}

void resume_session(ssl_st* session, const std::string& address) {
  Memory* const memory = memory_of(session);
  if (memory == nullptr) return;
  auto key = std::make_unique<std::string>(address);
  if (SSL_set_ex_data(session, address_place(), key.get()) == 1) (void)key.release();
  const std::lock_guard lock(memory->mutex);
  const auto known = memory->by_server.find(address);
  if (known == memory->by_server.end()) return;
  SSL_set_session(session, known->second.get());
  // A ticket that is used twice tells who watches that both connections are of the same client (RFC 8446
  // C.4).
  memory->by_server.erase(known);
}

}  // namespace nomen::crypto
