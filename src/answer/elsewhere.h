// Requests that are more than a look at a zone's data: transfers, whose answer is many messages long,
// updates, whose reply waits for the disk, and NOTIFY, which makes a secondary ask its primary. The pipeline
// finds out who asks, for what zone, and whether that may be, and gives them away here; the server implements
// it. Thread rule: called by a worker, on its thread.
#pragma once
#include <optional>

#include "answer/query.h"
#include "answer/signature.h"
#include "zone/content_digest.h"

namespace nomen::answer {

class Elsewhere {
 public:
  /// A transfer of query.zone, which is loaded, to somebody who may have it. A reply that is one datagram is
  /// written to `out`, which may be the request's own memory, and its size to `reply_size`; 0: the messages
  /// follow on the connection. What is not NOERROR refuses the request (`signature` is left as it is then).
  virtual dns::Rcode transfer(const Query& query, MutableBytes out, Signature& signature,
                              size_t& reply_size) = 0;

  /// An update of query.zone by somebody who may make one; the memory that `request` copies is the
  /// receiver's. `reply` is what will be answered but for the response code in its header, the signature, and
  /// the time. What is not NOERROR is answered at once, otherwise the reply comes later by itself.
  virtual dns::Rcode update(const Query& query, Bytes request, Bytes reply, const Signature& signature) = 0;

  /// A NOTIFY for query.zone, a secondary or stub, by somebody who is listened to. The reply does not wait
  /// for what it leads to; it has the response code that is returned.
  virtual dns::Rcode notify(const Query& query) = 0;

  /// The newest digest that is known of query.zone, which is loaded. When it is not that of the version which
  /// is served, it is being worked out.
  struct KnownDigest {
    dns::Serial serial;
    std::optional<zone::ContentDigest> digest;
  };
  virtual KnownDigest digest(const Query& query) = 0;

 protected:
  ~Elsewhere() = default;
};

}  // namespace nomen::answer
