// The client's side of one zone transfer over a stream: builds the query, takes the answer message by
// message, and in the end has a new version of the zone, or says why not (AXFR: RFC 5936; IXFR: RFC 1995;
// EXPIRE: RFC 7314). Nothing of a transfer is kept unless all of it is right: framing, TSIG, class, names
// inside of the zone, the order of the SOA records, serials, limits, and that each change fits the version it
// is made for. No I/O: whoever has the connection sends request() and feeds what arrives. Thread rule:
// belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/message_reader.h"
#include "dns/rdata.h"
#include "dns/tsig.h"
#include "transfer/axfr_sink.h"
#include "transfer/ixfr_step.h"
#include "transfer/outgoing_transfer.h"
#include "zone/content.h"
#include "zone/limits.h"

namespace nomen::transfer {

struct IncomingOptions {
  dns::Name zone;
  dns::RRClass rr_class = dns::RRClass::kIn;
  uint16_t id = 0;                 ///< drawn at random by the caller
  zone::ContentPtr current;        ///< the version that is there; nullptr: none
  bool ixfr = true;                ///< asks for IXFR if there is a current version (request-ixfr)
  bool accept_any_serial = false;  ///< also a version that is not newer (rndc retransfer)
  bool edns = true;                ///< sends an OPT record (server { edns })
  bool ask_expire = true;          ///< with the EXPIRE option (request-expire)
  uint16_t edns_udp_bytes = 1232;
  bool verify_zonemd = true;
  zone::ContentLimits limits;  ///< max-records and the like
};

enum class Progress : uint8_t {
  kMore,      ///< feed the next message
  kDone,      ///< take() what came
  kUpToDate,  ///< the primary has nothing newer
  kTryAxfr,   ///< the primary does not do IXFR, or its IXFR does not fit: ask again with AXFR
  kFailed,    ///< reason() says why
};

struct Received {
  zone::ContentPtr content;
  /// What leads from the current version to `content`, for the log; empty when `replaced`.
  std::vector<IxfrStep> steps;
  /// The zone was taken as a whole: there was no version before, or little is common to both.
  bool replaced = false;
  AnswerForm form = AnswerForm::kAxfr;
  std::optional<uint32_t> expire_s;  ///< EXPIRE as the primary told it
};

class IncomingTransfer {
 public:
  explicit IncomingTransfer(IncomingOptions options);
  ~IncomingTransfer();

  /// Writes the query, signed if `key` is not nullptr (`session` then verifies the answer). The result is its
  /// size.
  size_t request(MutableBytes out, dns::TsigSession& session, const dns::TsigKey* key, uint64_t now_s);
  /// Takes the next message of the answer; `session` is nullptr when the request was not signed. After
  /// anything but kMore no more may be fed.
  Progress feed(Bytes message, dns::TsigSession* session, uint64_t now_s);
  /// The connection ended before the transfer did.
  Progress end_of_stream();

  /// Once, after kDone.
  Received take();
  /// One line in BIND's words: "REFUSED", "unexpected end of input", "IXFR out of sync: ...".
  const std::string& reason() const { return reason_; }
  const TransferTotals& totals() const { return totals_; }
  /// EXPIRE as the primary told it, also of a transfer that brought nothing new.
  std::optional<uint32_t> expire_s() const { return received_.expire_s; }
  bool is_ixfr_request() const { return asks_ixfr_; }
  /// "Transfer completed: 3 messages, 100 records, 4000 bytes, 0.001 secs (... bytes/sec) (serial 5)", after
  /// kDone.
  std::string end_line(int64_t elapsed_us) const;

 private:
  enum class Phase : uint8_t { kFirstSoa, kSecond, kAxfr, kRemoved, kAdded, kEnd };

  Progress fail(std::string reason);
  Progress give_up_ixfr(std::string reason);
  Progress check_header(const dns::Header& header);
  Result<void> check_question(dns::MessageReader& reader);
  Progress take_records(dns::MessageReader& reader);
  Progress take_record(const dns::RecordEntry& record, Bytes rdata);
  Progress take_first_soa(uint32_t ttl_s, Bytes rdata);
  Progress take_second(const dns::RecordEntry& record, Bytes rdata);
  Progress take_axfr_record(const dns::RecordEntry& record, Bytes rdata);
  Progress take_ixfr_soa(const dns::RecordEntry& record, Bytes rdata);
  Progress end_step(dns::Serial to);
  Progress finish();

  IncomingOptions options_;
  bool asks_ixfr_ = false;
  Phase phase_ = Phase::kFirstSoa;
  std::vector<uint8_t> first_soa_;  ///< rdata
  uint32_t first_soa_ttl_s_ = 0;
  dns::Serial newest_;
  std::unique_ptr<AxfrSink> axfr_;
  std::unique_ptr<zone::ContentWriter> ixfr_;
  std::shared_ptr<zone::Change> change_;  ///< of the step under way
  dns::Serial step_from_;
  dns::Serial step_to_;
  dns::RecordEntry record_;
  dns::RdataBuffer rdata_;
  unsigned empty_messages_ = 0;
  Received received_;
  TransferTotals totals_;
  std::string reason_;
};

}  // namespace nomen::transfer
