#include "transfer/incoming_transfer.h"

#include <fmt/format.h>

#include "base/contract.h"
#include "dns/message_writer.h"
#include "transfer/edns_options.h"
#include "transfer/limits.h"
#include "transfer/soa.h"
#include "transfer/zonemd.h"

namespace nomen::transfer {

using dns::RRType;
using dns::Section;

namespace {}  // namespace

IncomingTransfer::IncomingTransfer(IncomingOptions options) : options_(std::move(options)) {
  asks_ixfr_ = options_.ixfr && options_.current != nullptr && soa_of(*options_.current).has_value();
}

IncomingTransfer::~IncomingTransfer() = default;

size_t IncomingTransfer::request(MutableBytes out, dns::TsigSession& session, const dns::TsigKey* key,
                                 uint64_t now_s) {
  dns::MessageWriter writer;
  dns::Header header;
  header.id = options_.id;
  writer.begin(out, std::min(out.size(), kMaxMessageBytes), header);
  bool fits =
      writer.add_question(options_.zone, asks_ixfr_ ? RRType::kIxfr : RRType::kAxfr, options_.rr_class);
  if (asks_ixfr_) {
    const Bytes soa = options_.current->apex_node().find(RRType::kSoa).first_rdata();
    fits = fits &&
           writer.add_record(Section::kAuthority, options_.zone, RRType::kSoa, options_.rr_class, 0, soa);
  }
  if (options_.edns) {
    const OptRecord opt = make_opt(options_.edns_udp_bytes, {options_.ask_expire, std::nullopt});
    fits = fits &&
           writer.add_record(Section::kAdditional, dns::NameView(), RRType::kOpt,
                             static_cast<dns::RRClass>(options_.edns_udp_bytes), 0, opt.bytes().subspan(11));
  }
  NOMEN_REQUIRE(fits);
  const size_t size = writer.finish().size();
  return key != nullptr ? session.sign_request(out, size, *key, now_s) : size;
}

// ---- how it ends

Progress IncomingTransfer::fail(std::string reason) {
  reason_ = std::move(reason);
  phase_ = Phase::kEnd;
  axfr_.reset();
  ixfr_.reset();
  return Progress::kFailed;
}

/// What is wrong with an incremental answer is no reason to do without the zone.
Progress IncomingTransfer::give_up_ixfr(std::string reason) {
  fail(std::move(reason));
  return asks_ixfr_ ? Progress::kTryAxfr : Progress::kFailed;
}

Progress IncomingTransfer::end_of_stream() {
  return fail("unexpected end of input");
}

Received IncomingTransfer::take() {
  NOMEN_REQUIRE(received_.content != nullptr);
  return std::move(received_);
}

std::string IncomingTransfer::end_line(int64_t elapsed_us) const {
  return fmt::format("Transfer completed: {} (serial {})", to_string(totals_, elapsed_us), newest_.value);
}

// ---- a message

Progress IncomingTransfer::check_header(const dns::Header& header) {
  if (!header.has(dns::HeaderFlags::kQr)) return fail("unexpected message: not a response");
  if (header.rcode() != dns::Rcode::kNoError) return give_up_ixfr(dns::to_string(header.rcode()));
  if (header.opcode() != dns::Opcode::kQuery) return give_up_ixfr("unexpected opcode");
  if (header.id != options_.id) return fail("unexpected message id");
  if (header.questions > 1) return fail("FORMERR: more than one question");
  return Progress::kMore;
}

Result<void> IncomingTransfer::check_question(dns::MessageReader& reader) {
  if (reader.header().questions == 0) return {};
  dns::QuestionEntry question;
  if (const auto read = reader.read_question(question); !read) return read;
  const RRType asked = asks_ixfr_ ? RRType::kIxfr : RRType::kAxfr;
  if (question.rr_class != options_.rr_class) return failure("bad class");
  if (question.name != options_.zone || question.type != asked)
    return failure("the question is not the one that was asked");
  return {};
}

Progress IncomingTransfer::feed(Bytes message, dns::TsigSession* session, uint64_t now_s) {
  NOMEN_REQUIRE(phase_ != Phase::kEnd);
  auto reader = dns::MessageReader::open(message);
  if (!reader) return fail("FORMERR: " + reader.error().text);
  if (reader->header().id != options_.id) return fail("unexpected message id");
  if (session != nullptr) {
    if (const auto verified = session->verify_reply(message, now_s); !verified)
      return fail(verified.error().text);
  }
  totals_.messages++;
  totals_.bytes += message.size();
  if (const Progress checked = check_header(reader->header()); checked != Progress::kMore) return checked;
  if (const auto question = check_question(*reader); !question)
    return fail("FORMERR: " + question.error().text);
  if (reader->header().answers == 0) {
    if (phase_ == Phase::kFirstSoa) return give_up_ixfr("empty answer section");
    if (++empty_messages_ > kMaxEmptyMessages) return fail("too many messages without records");
  } else {
    empty_messages_ = 0;
  }
  const Progress progress = take_records(*reader);
  if (progress == Progress::kDone && session != nullptr && !session->is_complete())
    return fail("the last message is not signed");
  if (progress == Progress::kDone) return finish();
  if (progress == Progress::kMore && axfr_ != nullptr) {
    if (const auto flushed = axfr_->flush(); !flushed) return fail(flushed.error().text);
  }
  return progress;
}

/// Goes through a whole message, so that nothing behind the last record is believed by mistake.
Progress IncomingTransfer::take_records(dns::MessageReader& reader) {
  Progress progress = Progress::kMore;
  record_ = {};
  for (;;) {
    const auto more = reader.next(record_);
    if (!more) return fail("FORMERR: " + more.error().text);
    if (!*more) break;
    if (record_.section == Section::kAdditional && record_.type == RRType::kOpt) {
      const auto expire = find_expire(reader.message().subspan(record_.rdata_at, record_.rdata_size));
      if (expire && expire->seconds) received_.expire_s = expire->seconds;
    }
    if (record_.section != Section::kAnswer) continue;
    if (progress == Progress::kUpToDate) continue;
    if (progress == Progress::kDone) return fail("extra input text: records behind the last SOA");
    const auto rdata = dns::rdata_from_message(record_.type, record_.rr_class, reader.message(),
                                               record_.rdata_at, record_.rdata_size, rdata_);
    if (!rdata) return fail("FORMERR: " + rdata.error().text);
    if (record_.ttl_s > kMaxTtl_s) record_.ttl_s = 0;
    totals_.records++;
    progress = take_record(record_, rdata_.bytes());
    if (progress == Progress::kFailed || progress == Progress::kTryAxfr) return progress;
  }
  if (reader.garbage() != 0) return fail("FORMERR: bytes behind the last record");
  return progress;
}

// ---- a record

Progress IncomingTransfer::take_record(const dns::RecordEntry& record, Bytes rdata) {
  const RRType type = record.type;
  if (dns::is_meta_type(type))
    return give_up_ixfr("FORMERR: " + dns::to_string(type) + " record in a zone transfer");
  if (record.rr_class != options_.rr_class)
    return give_up_ixfr("bad class: " + dns::to_string(record.rr_class) + " record in a zone transfer");
  const dns::NameView apex = options_.zone;
  if (type == RRType::kSoa && record.owner.view() != apex)
    return give_up_ixfr("SOA name mismatch: '" + dns::to_string_no_dot(record.owner) + "'");
  if (!record.owner.view().is_at_or_below(apex))
    return give_up_ixfr("out-of-zone data (" + dns::to_string_no_dot(record.owner) + ")");
  const uint64_t most = options_.limits.max_records;
  switch (phase_) {
    case Phase::kFirstSoa:
      if (type != RRType::kSoa) return give_up_ixfr("first RR in zone transfer must be SOA");
      return take_first_soa(record.ttl_s, rdata);
    case Phase::kSecond:
      return take_second(record, rdata);
    case Phase::kAxfr:
      if (most != 0 && totals_.records > most + 1) return fail("too many records");
      return take_axfr_record(record, rdata);
    case Phase::kRemoved:
    case Phase::kAdded:
      if (type == RRType::kSoa) return take_ixfr_soa(record, rdata);
      if (phase_ == Phase::kAdded && most != 0 && change_->added.size() > most)
        return fail("too many records");
      (phase_ == Phase::kRemoved ? change_->removed : change_->added)
          .add(record.owner, type, record.ttl_s, rdata);
      return Progress::kMore;
    case Phase::kEnd:
      break;
  }
  return fail("extra input text");
}

Progress IncomingTransfer::take_first_soa(uint32_t ttl_s, Bytes rdata) {
  newest_ = read_soa(rdata).serial;
  if (options_.current != nullptr && !options_.accept_any_serial) {
    const dns::Serial ours = options_.current->serial();
    if (!newest_.is_after(ours)) {
      reason_ = newest_ == ours ? "up to date"
                                : fmt::format("requested serial {}, primary has {}, not updating", ours.value,
                                              newest_.value);
      phase_ = Phase::kEnd;
      return Progress::kUpToDate;
    }
  }
  first_soa_.assign(rdata.begin(), rdata.end());
  first_soa_ttl_s_ = ttl_s;
  phase_ = Phase::kSecond;
  return Progress::kMore;
}

/// By the second record an IXFR is told from an AXFR (RFC 1995 4).
Progress IncomingTransfer::take_second(const dns::RecordEntry& record, Bytes rdata) {
  if (asks_ixfr_ && record.type == RRType::kSoa && read_soa(rdata).serial == options_.current->serial() &&
      newest_ != options_.current->serial()) {
    received_.form = AnswerForm::kIxfr;
    ixfr_ = std::make_unique<zone::ContentWriter>(*options_.current, options_.limits);
    step_to_ = options_.current->serial();
    phase_ = Phase::kAdded;
    return take_ixfr_soa(record, rdata);
  }
  received_.form = AnswerForm::kAxfr;
  axfr_ = std::make_unique<AxfrSink>(options_.zone, options_.rr_class, options_.current, options_.limits);
  axfr_->add(options_.zone, RRType::kSoa, first_soa_ttl_s_, first_soa_);
  phase_ = Phase::kAxfr;
  return take_axfr_record(record, rdata);
}

Progress IncomingTransfer::take_axfr_record(const dns::RecordEntry& record, Bytes rdata) {
  if (record.type != RRType::kSoa) {
    axfr_->add(record.owner, record.type, record.ttl_s, rdata);
    return Progress::kMore;
  }
  if (dns::compare_rdata(RRType::kSoa, options_.rr_class, rdata, first_soa_) != 0)
    return fail("start and ending SOA records mismatch");
  phase_ = Phase::kEnd;
  return Progress::kDone;
}

/// An SOA record inside of an IXFR ends one list and begins the next.
Progress IncomingTransfer::take_ixfr_soa(const dns::RecordEntry& record, Bytes rdata) {
  const dns::Serial serial = read_soa(rdata).serial;
  if (phase_ == Phase::kRemoved) {
    if (!serial.is_after(step_from_)) return give_up_ixfr("IXFR out of sync: the serial does not increase");
    step_to_ = serial;
    change_->added.add(record.owner, record.type, record.ttl_s, rdata);
    phase_ = Phase::kAdded;
    return Progress::kMore;
  }
  if (change_ != nullptr) {
    if (const Progress ended = end_step(step_to_); ended != Progress::kMore) return ended;
    if (serial == newest_ && step_to_ == newest_) {
      if (dns::compare_rdata(RRType::kSoa, options_.rr_class, rdata, first_soa_) != 0)
        return give_up_ixfr("start and ending SOA records mismatch");
      phase_ = Phase::kEnd;
      return Progress::kDone;
    }
  }
  if (serial != step_to_) {
    return give_up_ixfr(
        fmt::format("IXFR out of sync: expected serial {}, got {}", step_to_.value, serial.value));
  }
  if (received_.steps.size() == kMaxIxfrSteps) return give_up_ixfr("IXFR has too many steps");
  step_from_ = serial;
  change_ = std::make_shared<zone::Change>();
  change_->removed.add(record.owner, record.type, record.ttl_s, rdata);
  phase_ = Phase::kRemoved;
  return Progress::kMore;
}

/// Tries the step on the version before it: a change that does not fit was made for another zone than ours.
Progress IncomingTransfer::end_step(dns::Serial to) {
  if (const auto applied = ixfr_->apply(*change_); !applied) return give_up_ixfr(applied.error().text);
  received_.steps.push_back({step_from_, to, std::move(change_)});
  change_ = nullptr;
  return Progress::kMore;
}

// ---- the version

Progress IncomingTransfer::finish() {
  if (received_.form == AnswerForm::kIxfr) {
    Diagnostics diagnostics;
    received_.content = ixfr_->finish(diagnostics);
    ixfr_.reset();
    for (const Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.severity == Severity::kError) return fail(diagnostic.text);
    }
  } else {
    auto version = axfr_->finish();
    axfr_.reset();
    if (!version) return fail(version.error().text);
    received_.content = std::move(version->content);
    received_.replaced = version->change == nullptr;
    if (version->change != nullptr && !version->change->empty())
      received_.steps.push_back({options_.current->serial(), newest_, std::move(version->change)});
  }
  const zone::NodeView apex = received_.content->apex_node();
  if (const auto soa = apex.find(RRType::kSoa); !soa || soa.count() != 1)
    return give_up_ixfr("the zone has not exactly one SOA record");
  if (!apex.find(RRType::kNs)) return give_up_ixfr("zone has no NS records");
  if (options_.verify_zonemd) {
    if (const auto verified = verify_zonemd(*received_.content); !verified)
      return give_up_ixfr(verified.error().text);
  }
  return Progress::kDone;
}

}  // namespace nomen::transfer
