// The client's side of filling a stub zone over a stream: asks one primary for the zone's SOA, its NS, and
// the addresses of the name servers whose names are in the zone, question by question, and in the end has a
// version that holds nothing else, or says why not. A server without an address is kept: others may do.
// No I/O: whoever has the connection sends what request() writes and feeds what arrives. Thread rule: belongs
// to one thread at a time.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "dns/tsig.h"
#include "transfer/axfr_sink.h"
#include "transfer/incoming_transfer.h"

namespace nomen::transfer {

class StubFetch {
 public:
  /// Of the options zone, class, the first id, current, accept_any_serial, edns, ask_expire and limits count.
  explicit StubFetch(IncomingOptions options);

  /// Writes the next question, signed if `key` is not nullptr (`session` then verifies the answer). The
  /// result is its size. First of all, and then after each kMore.
  size_t request(MutableBytes out, dns::TsigSession& session, const dns::TsigKey* key, uint64_t now_s);
  /// Takes the answer; `session` is nullptr when the question was not signed. kMore: there is another
  /// question.
  Progress feed(Bytes message, dns::TsigSession* session, uint64_t now_s);

  /// Once, after kDone.
  Received take() { return std::move(received_); }
  /// One line in BIND's words: "REFUSED", "no NS records" ...
  const std::string& reason() const { return reason_; }
  std::optional<uint32_t> expire_s() const { return received_.expire_s; }
  /// "4 name servers, 3 addresses", after kDone.
  std::string end_line() const;

 private:
  struct Question {
    dns::Name name;
    dns::RRType type;
  };
  /// The RRs of an answer that were asked for.
  struct Found {
    size_t records = 0;
    std::optional<dns::Serial> serial;  ///< of an SOA
  };

  Progress fail(std::string reason);
  bool is_required() const { return asked_.type == dns::RRType::kSoa || asked_.type == dns::RRType::kNs; }
  Progress take_answer(dns::MessageReader& reader);
  Progress take_soa(const Found& found);
  bool take_records(dns::MessageReader& reader, Found& found);
  void note_server(Bytes rdata);
  Progress go_on();

  IncomingOptions options_;
  AxfrSink sink_;
  Question asked_;
  std::deque<Question> open_;  ///< questions that follow
  size_t servers_ = 0;
  size_t addresses_ = 0;
  Received received_;
  std::string reason_;
};

}  // namespace nomen::transfer
