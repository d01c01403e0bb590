// The daemons that `update-policy ... external` names: whether an update may be made is asked of a program
// that listens on a local socket (SOCK_STREAM), a connection for each question. The form is BIND's, numbers
// in network order: version 1 and the length of it all (4 octets each), then, each with a zero octet behind
// it, the signer, the name, the client's address, the type and the key, then the length of a TKEY token
// (4 octets; always 0). The answer is 4 octets: 1 grants, all else does not.
// Nothing waits here but the update itself: the sockets are the loop's, and when the time is over, what was
// not granted yet is not granted. Thread rule: the main thread.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dns/tsig.h"
#include "net/event_loop.h"
#include "update/update_policy.h"

namespace nomen::server {

class ExternalPolicy {
 public:
  struct Question {
    std::string socket;  ///< its path
    std::vector<uint8_t> message;
  };
  /// Whether each was granted, in their order. Not called from within ask().
  using Done = std::function<void(const std::vector<bool>&)>;

  explicit ExternalPolicy(net::EventLoop& loop);
  /// What is being asked is forgotten.
  ~ExternalPolicy();

  /// Asks one after the other. False: too many others wait, and `done` is not called.
  bool ask(std::vector<Question> questions, Done done);

 private:
  class Inquiry;
  void begin_next();
  void end(Inquiry& inquiry);

  net::EventLoop& loop_;
  std::vector<std::unique_ptr<Inquiry>> running_;
  std::deque<std::unique_ptr<Inquiry>> waiting_;
};

/// The message of one question. `key`: "NAME/ALGORITHM/TAG" as BIND numbers them, or empty.
std::vector<uint8_t> external_question(const update::Requester& requester, dns::NameView name,
                                       dns::RRType type, const std::string& key);
/// How BIND writes a TSIG key there.
std::string external_key_text(const dns::TsigKey& key);
/// The path in an identity of the form "local:PATH"; empty when it has another one.
std::string external_socket(const dns::Name& identity);

}  // namespace nomen::server
