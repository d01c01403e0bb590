// The packet's way through answer/, in order, in one place:
//
//   admit -> read_edns -> find_plainly -> blackhole -> answer_plainly, or, where that is not enough, answer
//   ->
//         encode -> record
//   where not only the zone decides:
//   admit -> read_edns -> blackhole -> signature -> select_view -> route -> permit -> answer -> encode ->
//         record
//
// A batch of requests is looked up together: while one waits for memory, the next is on its way there.
// Thread rule: one Pipeline per worker; the snapshot is the caller's for the time of the call.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "answer/additional.h"
#include "answer/counters.h"
#include "answer/edns.h"
#include "answer/elsewhere.h"
#include "answer/query.h"
#include "answer/response.h"
#include "answer/signature.h"

namespace nomen::answer {

/// A request and where its reply goes.
struct Exchange {
  Received received;
  MutableBytes out;              ///< may be the request's own memory
  size_t reply_size = 0;         ///< written: 0 is no reply
  bool wants_keepalive = false;  ///< written: the client of this TCP connection knows RFC 7828
  bool answered_later = false;   ///< written: there is no reply now, but one will come
};

class Pipeline {
 public:
  /// `elsewhere` outlives the pipeline.
  Pipeline(uint64_t seed, Elsewhere& elsewhere);

  /// Answers requests of one transport, up to kBatch at a time; `now_s` is the time in seconds since 1970.
  void answer(const Snapshot& snapshot, std::span<Exchange> batch, uint32_t now_s);

  const Counters& counters() const { return counters_; }
  /// For what is done elsewhere with requests that were handed over.
  Counters& counters() { return counters_; }

 private:
  void look_ahead(const Snapshot& snapshot, std::span<Query> queries);
  bool may_hand_over(const Snapshot& snapshot, Query& query);
  bool hand_over_transfer(Query& query, Exchange& exchange);
  void hand_over_notify(Query& query);
  bool hand_over_update(const Query& query, Exchange& exchange);
  void reply(const Snapshot& snapshot, Query& query, Exchange& exchange, uint32_t now_s);
  void find(const Snapshot& snapshot, std::span<Query> queries, uint32_t now_s);
  void answer_simple(const Snapshot& snapshot, const Query& query, Exchange& exchange, uint32_t now_s);
  dns::Rcode answer_fully(const Snapshot& snapshot, Query& query, Exchange& exchange, uint32_t now_s);
  dns::Rcode refusal_of_signature(const Query& query) const;
  ExtendedError decide(const Snapshot& snapshot, Query& query);
  ExtendedError route_query(const Snapshot& snapshot, Query& query);
  static const ServedZone* zone_of(const Snapshot& snapshot, const Query& query);
  void record(const Query& query, const uint8_t* reply, dns::Rcode rcode);
  void record_simple(const Query& query, const uint8_t* reply);
  void record_handed_over(const Query& query);
  void record_refused(const Query& query);
  void record_options(const Query& query);

  Elsewhere& elsewhere_;
  std::vector<Query> queries_;
  Signature signature_;
  Response response_;
  OptOptions options_;          ///< of the reply in the making
  bool has_blackhole_ = false;  ///< of the batch: somebody may be on the blackhole list
  Additional additional_;
  Counters counters_;
  std::vector<uint8_t> request_;  ///< a copy, of an update
};

}  // namespace nomen::answer
