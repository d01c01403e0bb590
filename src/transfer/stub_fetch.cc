#include "transfer/stub_fetch.h"

#include <fmt/format.h>

#include <utility>

#include "base/contract.h"
#include "dns/message_writer.h"
#include "dns/rdata.h"
#include "transfer/edns_options.h"
#include "transfer/limits.h"
#include "transfer/soa.h"

namespace nomen::transfer {

using dns::HeaderFlags;
using dns::RRType;
using dns::Section;

namespace {}  // namespace

StubFetch::StubFetch(IncomingOptions options)
    : options_(std::move(options)),
      sink_(options_.zone, options_.rr_class, nullptr, options_.limits),
      asked_{options_.zone, RRType::kSoa} {}

size_t StubFetch::request(MutableBytes out, dns::TsigSession& session, const dns::TsigKey* key,
                          uint64_t now_s) {
  dns::MessageWriter writer;
  dns::Header header;
  header.id = ++options_.id;
  writer.begin(out, std::min(out.size(), kQueryBytes), header);
  bool fits = writer.add_question(asked_.name, asked_.type, options_.rr_class);
  if (options_.edns) {
    const OptRecord opt =
        make_opt(options_.edns_udp_bytes, {options_.ask_expire && asked_.type == RRType::kSoa, std::nullopt});
    fits = fits && writer.add_record(Section::kAdditional, dns::NameView(), RRType::kOpt,
                                     static_cast<dns::RRClass>(options_.edns_udp_bytes), 0,
                                     opt.bytes().subspan(kOptHead));
  }
  NOMEN_REQUIRE(fits);
  const size_t size = writer.finish().size();
  session = {};
  return key != nullptr ? session.sign_request(out, size, *key, now_s) : size;
}

Progress StubFetch::fail(std::string reason) {
  reason_ = std::move(reason);
  return Progress::kFailed;
}

Progress StubFetch::feed(Bytes message, dns::TsigSession* session, uint64_t now_s) {
  if (session != nullptr) {
    if (const auto verified = session->verify_reply(message, now_s); !verified)
      return fail(verified.error().text);
  }
  auto reader = dns::MessageReader::open(message);
  if (!reader) return fail(reader.error().text);
  const dns::Header& header = reader->header();
  if (!header.has(HeaderFlags::kQr) || header.id != options_.id)
    return fail("not the answer to the question");
  const dns::Rcode rcode = header.rcode();
  if (options_.edns && (rcode == dns::Rcode::kFormErr || rcode == dns::Rcode::kNotImp)) {
    options_.edns = false;
    return Progress::kMore;  // the same question without EDNS
  }
  if (rcode == dns::Rcode::kNoError && header.has(HeaderFlags::kAa)) return take_answer(*reader);
  if (!is_required()) return go_on();  // beneath a zone cut, or not there
  return fail(rcode != dns::Rcode::kNoError ? dns::to_string(rcode) : "non-authoritative answer");
}

Progress StubFetch::take_answer(dns::MessageReader& reader) {
  dns::QuestionEntry question;
  if (reader.header().questions != 1 || !reader.read_question(question) || question.name != asked_.name ||
      question.type != asked_.type || question.rr_class != options_.rr_class)
    return fail("not the answer to the question");
  Found found;
  if (!take_records(reader, found)) return fail("malformed answer");
  switch (asked_.type) {
    case RRType::kSoa:
      return take_soa(found);
    case RRType::kNs:
      if (found.records == 0) return fail("no NS records");
      servers_ = found.records;
      break;
    default:
      addresses_ += found.records;
  }
  return go_on();
}

Progress StubFetch::take_soa(const Found& found) {
  if (found.records != 1) return fail("answer SOA count is not 1");
  const auto ours = options_.current != nullptr ? soa_of(*options_.current) : std::nullopt;
  if (ours && !options_.accept_any_serial && !found.serial->is_after(ours->serial)) {
    reason_ = "up to date";
    return Progress::kUpToDate;
  }
  open_.push_back({options_.zone, RRType::kNs});
  return go_on();
}

/// What the answer section has of what was asked for, into the version. False: malformed.
bool StubFetch::take_records(dns::MessageReader& reader, Found& found) {
  dns::RecordEntry record;
  dns::RdataBuffer rdata;
  for (;;) {
    const auto more = reader.next(record);
    if (!more) return false;
    if (!*more) return true;
    if (record.section == Section::kAdditional && record.type == RRType::kOpt && options_.ask_expire) {
      const auto expire = find_expire(reader.message().subspan(record.rdata_at, record.rdata_size));
      if (expire && expire->seconds) received_.expire_s = expire->seconds;
    }
    if (record.section != Section::kAnswer || record.type != asked_.type || record.owner != asked_.name ||
        record.rr_class != options_.rr_class)
      continue;
    if (!dns::rdata_from_message(record.type, record.rr_class, reader.message(), record.rdata_at,
                                 record.rdata_size, rdata))
      return false;
    if (record.type == RRType::kSoa) found.serial = read_soa(rdata.bytes()).serial;
    if (record.type == RRType::kNs) note_server(rdata.bytes());
    sink_.add(record.owner, record.type, record.ttl_s > kMaxTtl_s ? 0 : record.ttl_s, rdata.bytes());
    found.records++;
  }
}

/// The addresses of a server in the zone can be had from nobody else.
void StubFetch::note_server(Bytes rdata) {
  const dns::NameView server(rdata.data(), rdata.size());
  if (!server.is_at_or_below(options_.zone) || open_.size() >= kMaxStubQuestions) return;
  open_.push_back({dns::Name(server), RRType::kA});
  open_.push_back({dns::Name(server), RRType::kAaaa});
}

Progress StubFetch::go_on() {
  if (!open_.empty()) {
    asked_ = open_.front();
    open_.pop_front();
    return Progress::kMore;
  }
  auto version = sink_.finish();
  if (!version) return fail(version.error().text);
  received_.content = std::move(version->content);
  received_.replaced = true;
  return Progress::kDone;
}

std::string StubFetch::end_line() const {
  return fmt::format("{} name server{}, {} address{}", servers_, servers_ == 1 ? "" : "s", addresses_,
                     addresses_ == 1 ? "" : "es");
}

}  // namespace nomen::transfer
