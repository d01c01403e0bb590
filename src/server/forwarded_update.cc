#include "server/forwarded_update.h"

#include "base/bytes.h"

namespace nomen::server {

std::string client_text(const ForwardedUpdate& update) {
  std::string text = "client " + update.reply.peer.to_string();
  if (update.requester.key) text += "/key " + dns::to_string_no_dot(*update.requester.key);
  if (update.place.view != "_default") text += ": view " + update.place.view;
  return text;
}

bool has_same_client(const ForwardedUpdate& one, const ForwardedUpdate& other) {
  const auto& key = one.requester.key;
  const auto& other_key = other.requester.key;
  if (key || other_key) return key && other_key && equal(key->bytes(), other_key->bytes());
  return equal(one.reply.peer.address_bytes(), other.reply.peer.address_bytes());
}

}  // namespace nomen::server
