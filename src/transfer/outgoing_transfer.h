// The server's side of one zone transfer: an answer many messages long, made from pinned versions (AXFR: RFC
// 5936 2.2; IXFR: RFC 1995 4). It starts at once, whatever the zone's size: nothing is copied or sorted, and
// each message is filled when there is room to send it. No I/O: whoever has the connection asks for the next
// message and sends it.
// Thread rule: belongs to one thread at a time; the versions it holds are constant.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dns/tsig.h"
#include "transfer/content_cursor.h"
#include "transfer/ixfr_step.h"
#include "transfer/limits.h"
#include "transfer/record_packer.h"
#include "transfer/transfer_request.h"
#include "zone/content.h"

namespace nomen::transfer {

/// Which of its forms an answer has.
enum class AnswerForm : uint8_t {
  kAxfr,       ///< the whole zone
  kIxfr,       ///< what changed since the version that the client has
  kSingleSoa,  ///< one SOA record: the client is up to date, or is to ask over TCP (RFC 1995 2)
};

/// What decides between IXFR and AXFR.
struct IxfrRule {
  bool provide_ixfr = true;
  /// max-ixfr-ratio: the records of an IXFR at most, in percent of the zone's; nullopt: unlimited.
  std::optional<uint32_t> max_ratio_percent = 100;
};

/// `steps` is what the log has from the client's version on, empty when it does not reach back so far.
AnswerForm choose_form(const TransferRequest& request, const zone::Content& newest,
                       const std::vector<IxfrStep>& steps, const IxfrRule& rule);

struct OutgoingOptions {
  /// transfer-message-size: messages are filled up to here; a record that alone is longer gets a longer one.
  size_t message_bytes = kDefaultMessageBytes;
  bool one_answer = false;  ///< transfer-format one-answer: a message for each record
  /// What an EXPIRE option is answered with (RFC 7314 3.2): the SOA's EXPIRE on a primary, what is left of it
  /// on a secondary.
  std::optional<uint32_t> expire_s;
  uint16_t edns_udp_bytes = 1232;  ///< our own, told in the OPT record
};

/// What a transfer came to, for the log.
struct TransferTotals {
  uint64_t messages = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
};
/// "3 messages, 100 records, 4000 bytes, 0.001 secs (4000000 bytes/sec)", as BIND writes it.
std::string to_string(const TransferTotals& totals, int64_t elapsed_us);

class OutgoingTransfer {
 public:
  /// `content` has an SOA.
  static OutgoingTransfer axfr(const TransferRequest& request, zone::ContentPtr content,
                               const OutgoingOptions& options);
  /// `steps` is a chain from the request's serial to that of `content`.
  static OutgoingTransfer ixfr(const TransferRequest& request, zone::ContentPtr content,
                               std::vector<IxfrStep> steps, const OutgoingOptions& options);
  static OutgoingTransfer single_soa(const TransferRequest& request, zone::ContentPtr content,
                                     const OutgoingOptions& options);
  ~OutgoingTransfer();
  OutgoingTransfer(OutgoingTransfer&&) noexcept;
  OutgoingTransfer& operator=(OutgoingTransfer&&) noexcept;

  /// Writes the next message to `out` (which has room for kMaxMessageBytes, or is all that the transport
  /// carries), signed by `tsig` unless that is nullptr. The result is its size; 0: there is no more, or
  /// has_failed().
  size_t next(MutableBytes out, dns::TsigSession* tsig, uint64_t now_s);
  /// A record does not fit into any message: the connection is to be closed, so that the client does not
  /// believe that it has the whole zone.
  bool has_failed() const;
  bool at_end() const;

  AnswerForm form() const;
  dns::Serial serial() const;
  const TransferTotals& totals() const;
  /// "transfer of 'example/IN': AXFR started (serial 5)"; for IXFR "(serial 3 -> 5)", and with the name of
  /// the request's key "AXFR started: TSIG xfer.key (serial 5)".
  std::string start_line(std::string_view key_name = {}) const;
  /// "transfer of 'example/IN': AXFR ended: 3 messages, ... (serial 5)"
  std::string end_line(int64_t elapsed_us) const;

 private:
  struct State;
  explicit OutgoingTransfer(std::unique_ptr<State> state);
  static OutgoingTransfer make(AnswerForm form, const TransferRequest& request, zone::ContentPtr content,
                               const OutgoingOptions& options);
  friend size_t answer_over_udp(OutgoingTransfer transfer, OutgoingTransfer otherwise, MutableBytes out,
                                dns::TsigSession* tsig, uint64_t now_s);

  std::unique_ptr<State> state_;
};

/// The answer to an IXFR over UDP (RFC 1995 2): `transfer` when it fits into one message of out.size() bytes,
/// `otherwise` (a single SOA, by which the client knows to come back over TCP) when not. The size; 0 when not
/// even that fits.
size_t answer_over_udp(OutgoingTransfer transfer, OutgoingTransfer otherwise, MutableBytes out,
                       dns::TsigSession* tsig, uint64_t now_s);

}  // namespace nomen::transfer
