#include "transfer/outgoing_transfer.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/contract.h"
#include "transfer/edns_options.h"
#include "transfer/soa.h"

namespace nomen::transfer {

using dns::RRType;

struct OutgoingTransfer::State {
  /// What comes next, in the order of the answer.
  enum class Phase : uint8_t { kFirstSoa, kZone, kOldSoa, kRemoved, kNewSoa, kAdded, kLastSoa, kEnd };

  State(AnswerForm answer_form, const TransferRequest& asked, zone::ContentPtr newest,
        const OutgoingOptions& wanted)
      : form(answer_form),
        request(asked),
        options(wanted),
        content(std::move(newest)),
        packer(content->apex(), content->rr_class()) {
    options.message_bytes = std::clamp(options.message_bytes, kLeastMessageBytes, kMaxMessageBytes);
  }

  size_t fill(MutableBytes out, size_t hard_limit);
  /// A record that is longer than messages ought to be goes out alone.
  size_t limit() const { return packer.records() == 0 ? longest : filled; }
  bool fill_from_zone();
  bool fill_from_list(const zone::RecordList& list);
  bool add_soa(Bytes rdata, uint32_t ttl_s);
  bool add_newest_soa();
  bool add_soa_of(const zone::RecordList& list);
  bool fill_phase();
  void enter_next_phase();
  bool wants_more() const { return phase != Phase::kEnd && !(options.one_answer && packer.records() == 1); }

  AnswerForm form;
  TransferRequest request;
  OutgoingOptions options;
  zone::ContentPtr content;
  std::vector<IxfrStep> steps;
  RecordPacker packer;
  ContentCursor cursor;
  uint64_t last_owner = 0;  ///< the cursor's number of the owner that was packed last in this message
  size_t longest = 0;       ///< of the present message: bounds for its first record,
  size_t filled = 0;        ///< and for those behind it
  size_t step = 0;
  size_t entry = 0;  ///< of the present list
  Phase phase = Phase::kFirstSoa;
  bool failed = false;
  TransferTotals totals;
};

namespace {

Bytes labels_below(dns::NameView owner, dns::NameView apex) {
  return owner.bytes().first(owner.size() - apex.size());
}

const char* name_of(AnswerForm form) {
  return form == AnswerForm::kAxfr ? "AXFR" : "IXFR";
}

}  // namespace

// ---- what goes into a message

bool OutgoingTransfer::State::add_soa(Bytes rdata, uint32_t ttl_s) {
  return packer.add({}, false, RRType::kSoa, ttl_s, rdata, limit());
}

bool OutgoingTransfer::State::add_newest_soa() {
  const zone::RRsetView set = content->apex_node().find(RRType::kSoa);
  return add_soa(set.first_rdata(), set.ttl_s());
}

bool OutgoingTransfer::State::add_soa_of(const zone::RecordList& list) {
  const auto* soa = find_soa(list);
  return add_soa(list.rdata(*soa), soa->ttl_s);
}

/// False when the message is full.
bool OutgoingTransfer::State::fill_from_zone() {
  for (; !cursor.at_end(); cursor.advance()) {
    if (options.one_answer && packer.records() == 1) return false;
    const bool same_owner = cursor.owner_number() == last_owner;
    if (!packer.add(cursor.labels(), same_owner, cursor.type(), cursor.ttl_s(), cursor.rdata(), limit()))
      return false;
    last_owner = cursor.owner_number();
  }
  return true;
}

bool OutgoingTransfer::State::fill_from_list(const zone::RecordList& list) {
  for (; entry < list.size(); entry++) {
    const auto& record = list.entries()[entry];
    if (record.type == dns::number(RRType::kSoa)) continue;
    if (options.one_answer && packer.records() == 1) return false;
    const bool same_owner = entry != 0 && list.entries()[entry - 1].owner_at == record.owner_at &&
                            list.entries()[entry - 1].type != dns::number(RRType::kSoa);
    if (!packer.add(labels_below(list.owner(record), content->apex()), same_owner,
                    static_cast<RRType>(record.type), record.ttl_s, list.rdata(record), limit()))
      return false;
  }
  return true;
}

/// Fills in what belongs to the present phase; false when the message is full.
bool OutgoingTransfer::State::fill_phase() {
  switch (phase) {
    case Phase::kFirstSoa:
    case Phase::kLastSoa:
      return add_newest_soa();
    case Phase::kZone:
      return fill_from_zone();
    case Phase::kOldSoa:
      return add_soa_of(steps[step].change->removed);
    case Phase::kRemoved:
      return fill_from_list(steps[step].change->removed);
    case Phase::kNewSoa:
      return add_soa_of(steps[step].change->added);
    case Phase::kAdded:
      return fill_from_list(steps[step].change->added);
    case Phase::kEnd:
      break;
  }
  return true;
}

void OutgoingTransfer::State::enter_next_phase() {
  entry = 0;
  switch (phase) {
    case Phase::kFirstSoa:
      phase = form == AnswerForm::kAxfr   ? Phase::kZone
              : form == AnswerForm::kIxfr ? Phase::kOldSoa
                                          : Phase::kEnd;
      if (form == AnswerForm::kAxfr) cursor = ContentCursor(*content);
      return;
    case Phase::kAdded:
      phase = ++step < steps.size() ? Phase::kOldSoa : Phase::kLastSoa;
      return;
    case Phase::kZone:
      phase = Phase::kLastSoa;
      return;
    case Phase::kOldSoa:
      phase = Phase::kRemoved;
      return;
    case Phase::kRemoved:
      phase = Phase::kNewSoa;
      return;
    case Phase::kNewSoa:
      phase = Phase::kAdded;
      return;
    case Phase::kLastSoa:
    case Phase::kEnd:
      phase = Phase::kEnd;
      return;
  }
}

/// Writes one message without its signature, of at most `hard_limit` bytes.
size_t OutgoingTransfer::State::fill(MutableBytes out, size_t hard_limit) {
  dns::Header header;
  header.id = request.id;
  header.flags = dns::Header::flags_for(dns::Opcode::kQuery, dns::HeaderFlags::kQr | dns::HeaderFlags::kAa);
  packer.begin(out, header, request.type);
  last_owner = 0;

  OptRecord opt;
  if (totals.messages == 0 && request.has_edns) {
    const bool tells_expire = request.wants_expire && options.expire_s.has_value();
    opt = make_opt(options.edns_udp_bytes, {tells_expire, options.expire_s});
    if (hard_limit < opt.size + kLeastMessageBytes / 2) opt = {};
  }
  longest = hard_limit - opt.size;
  filled = std::min(options.message_bytes - opt.size, longest);
  while (wants_more()) {
    if (fill_phase()) {
      enter_next_phase();
    } else {
      failed = packer.records() == 0;
      break;
    }
  }
  if (failed) return 0;
  totals.records += packer.records();
  if (opt.size != 0) packer.add_additional(opt.bytes());
  return packer.finish();
}

// ---- the answer

AnswerForm choose_form(const TransferRequest& request, const zone::Content& newest,
                       const std::vector<IxfrStep>& steps, const IxfrRule& rule) {
  if (request.type != RRType::kIxfr) return AnswerForm::kAxfr;
  if (!newest.serial().is_after(request.serial)) return AnswerForm::kSingleSoa;
  if (!rule.provide_ixfr || steps.empty() || steps.size() > kMaxIxfrSteps) return AnswerForm::kAxfr;
  if (!is_chain(steps, request.serial, newest.serial())) return AnswerForm::kAxfr;
  if (rule.max_ratio_percent) {
    uint64_t records = 0;
    for (const IxfrStep& step : steps) records += step.change->removed.size() + step.change->added.size();
    // A change of a few records is worth it in the smallest zone, too: the four SOA records are no change.
    const uint64_t most = newest.record_count() * *rule.max_ratio_percent / 100 + 4;
    if (records > most) return AnswerForm::kAxfr;
  }
  return AnswerForm::kIxfr;
}

OutgoingTransfer::OutgoingTransfer(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutgoingTransfer::~OutgoingTransfer() = default;
OutgoingTransfer::OutgoingTransfer(OutgoingTransfer&&) noexcept = default;
OutgoingTransfer& OutgoingTransfer::operator=(OutgoingTransfer&&) noexcept = default;

OutgoingTransfer OutgoingTransfer::make(AnswerForm form, const TransferRequest& request,
                                        zone::ContentPtr content, const OutgoingOptions& options) {
  NOMEN_REQUIRE(content != nullptr && soa_of(*content).has_value());
  return OutgoingTransfer(std::make_unique<State>(form, request, std::move(content), options));
}

OutgoingTransfer OutgoingTransfer::axfr(const TransferRequest& request, zone::ContentPtr content,
                                        const OutgoingOptions& options) {
  return make(AnswerForm::kAxfr, request, std::move(content), options);
}

OutgoingTransfer OutgoingTransfer::ixfr(const TransferRequest& request, zone::ContentPtr content,
                                        std::vector<IxfrStep> steps, const OutgoingOptions& options) {
  NOMEN_REQUIRE(!steps.empty() && is_chain(steps, request.serial, content->serial()));
  OutgoingTransfer transfer = make(AnswerForm::kIxfr, request, std::move(content), options);
  transfer.state_->steps = std::move(steps);
  return transfer;
}

OutgoingTransfer OutgoingTransfer::single_soa(const TransferRequest& request, zone::ContentPtr content,
                                              const OutgoingOptions& options) {
  return make(AnswerForm::kSingleSoa, request, std::move(content), options);
}

size_t OutgoingTransfer::next(MutableBytes out, dns::TsigSession* tsig, uint64_t now_s) {
  if (at_end() || has_failed()) return 0;
  out = out.first(std::min(out.size(), kMaxMessageBytes));
  const size_t room_for_tsig = tsig != nullptr ? tsig->reply_bytes() : 0;
  if (out.size() < kLeastMessageBytes || out.size() - room_for_tsig < kLeastMessageBytes / 2) {
    state_->failed = true;
    return 0;
  }
  size_t size = state_->fill(out, out.size() - room_for_tsig);
  if (size == 0) return 0;
  if (tsig != nullptr) size = tsig->sign_reply(out, size, now_s);
  state_->totals.messages++;
  state_->totals.bytes += size;
  return size;
}

size_t answer_over_udp(OutgoingTransfer transfer, OutgoingTransfer otherwise, MutableBytes out,
                       dns::TsigSession* tsig, uint64_t now_s) {
  const size_t room_for_tsig = tsig != nullptr ? tsig->reply_bytes() : 0;
  if (out.size() < kLeastMessageBytes || out.size() - room_for_tsig < kLeastMessageBytes / 2) return 0;
  for (OutgoingTransfer* answer : {&transfer, &otherwise}) {
    const size_t size = answer->state_->fill(out, out.size() - room_for_tsig);
    if (size == 0 || !answer->at_end()) continue;
    return tsig != nullptr ? tsig->sign_reply(out, size, now_s) : size;
  }
  return 0;
}

bool OutgoingTransfer::has_failed() const {
  return state_->failed;
}
bool OutgoingTransfer::at_end() const {
  return state_->phase == State::Phase::kEnd;
}
AnswerForm OutgoingTransfer::form() const {
  return state_->form;
}
dns::Serial OutgoingTransfer::serial() const {
  return state_->content->serial();
}
const TransferTotals& OutgoingTransfer::totals() const {
  return state_->totals;
}

// ---- for the log

std::string to_string(const TransferTotals& totals, int64_t elapsed_us) {
  const int64_t elapsed_ms = std::max<int64_t>(elapsed_us / 1000, 0);
  const uint64_t rate = totals.bytes * 1000 / static_cast<uint64_t>(std::max<int64_t>(elapsed_ms, 1));
  return fmt::format("{} messages, {} records, {} bytes, {}.{:03} secs ({} bytes/sec)", totals.messages,
                     totals.records, totals.bytes, elapsed_ms / 1000, elapsed_ms % 1000, rate);
}

std::string OutgoingTransfer::start_line(std::string_view key_name) const {
  const State& s = *state_;
  const std::string line = fmt::format(
      "transfer of '{}/{}': {} started{}{}", dns::to_string_no_dot(s.content->apex()),
      dns::to_string(s.content->rr_class()), name_of(s.form), key_name.empty() ? "" : ": TSIG ", key_name);
  if (s.form == AnswerForm::kIxfr)
    return line + fmt::format(" (serial {} -> {})", s.request.serial.value, serial().value);
  return line + fmt::format(" (serial {})", serial().value);
}

std::string OutgoingTransfer::end_line(int64_t elapsed_us) const {
  const State& s = *state_;
  return fmt::format("transfer of '{}/{}': {} ended: {} (serial {})",
                     dns::to_string_no_dot(s.content->apex()), dns::to_string(s.content->rr_class()),
                     name_of(s.form), to_string(s.totals, elapsed_us), serial().value);
}

}  // namespace nomen::transfer
