#include "update/request.h"

#include "dns/message_reader.h"
#include "dns/rdata.h"
#include "update/limits.h"

namespace nomen::update {

using dns::NameView;
using dns::Rcode;
using dns::RRClass;
using dns::RRType;

namespace {

bool is_unmet(Rcode rcode) {
  return rcode == Rcode::kNxDomain || rcode == Rcode::kYxDomain || rcode == Rcode::kNxRrset ||
         rcode == Rcode::kYxRrset;
}

/// Whether a record of this class has no rdata: it names an RRset or a name, not an RR.
bool names_only(dns::Section section, RRClass rr_class) {
  return rr_class == RRClass::kAny || (rr_class == RRClass::kNone && section == dns::Section::kAnswer);
}

/// Appends one record of the message; false when it is malformed.
bool take(const dns::RecordEntry& record, Bytes message, RRClass zone_class, dns::RdataBuffer& rdata,
          RequestRecords& records) {
  rdata.clear();
  if (names_only(record.section, record.rr_class)) {
    if (record.rdata_size != 0) return false;
  } else {
    const RRClass rr_class = record.rr_class == RRClass::kNone ? zone_class : record.rr_class;
    if (!dns::rdata_from_message(record.type, rr_class, message, record.rdata_at, record.rdata_size, rdata))
      return false;
  }
  records.add(record.owner, record.type, record.rr_class, record.ttl_s, rdata.bytes());
  return true;
}

}  // namespace

Refusal refusal(Rcode rcode, std::string_view text) {
  std::string line = is_unmet(rcode) ? "update unsuccessful: " : "update failed: ";
  line += text;
  line += " (" + dns::to_string(rcode) + ")";
  return {rcode, std::move(line)};
}

uint32_t RequestRecords::put(Bytes bytes) {
  const auto at = static_cast<uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return at;
}

void RequestRecords::add(NameView owner, RRType type, RRClass rr_class, uint32_t ttl_s, Bytes rdata) {
  Entry entry{};
  const bool repeated = !entries_.empty() && equal(this->owner(entries_.back()).bytes(), owner.bytes());
  entry.owner_at = repeated ? entries_.back().owner_at : put(owner.bytes());
  entry.owner_size = static_cast<uint8_t>(owner.size());
  entry.rdata_at = put(rdata);
  entry.rdata_size = static_cast<uint16_t>(rdata.size());
  entry.type = type;
  entry.rr_class = rr_class;
  entry.ttl_s = ttl_s;
  entries_.push_back(entry);
}

std::expected<UpdateRequest, Refusal> read_update(Bytes message) {
  UpdateRequest request;
  if (auto refused = read_update(message, request)) return std::unexpected(std::move(*refused));
  return request;
}

std::optional<Refusal> read_update(Bytes message, UpdateRequest& request) {
  const auto form_error = [](std::string_view text) { return refusal(Rcode::kFormErr, text); };
  auto reader = dns::MessageReader::open(message);
  if (!reader) return form_error(reader.error().text);
  const dns::Header& header = reader->header();
  if (header.opcode() != dns::Opcode::kUpdate || header.has(dns::HeaderFlags::kQr))
    return form_error("not an update request");
  if (header.questions == 0) return form_error("update zone section empty");
  if (header.questions > 1) return form_error("update zone section contains multiple RRs");
  dns::QuestionEntry zone;
  if (const auto read = reader->read_question(zone); !read) return form_error(read.error().text);
  if (zone.type != RRType::kSoa) return form_error("update zone section contains non-SOA");
  if (zone.rr_class == RRClass::kAny || zone.rr_class == RRClass::kNone)
    return form_error("update zone section has a meta-class");
  request.zone = zone.name;
  request.rr_class = zone.rr_class;
  request.prerequisites.clear();
  request.updates.clear();
  dns::RdataBuffer rdata;
  dns::RecordEntry record;
  for (;;) {
    const auto more = reader->next(record);
    if (!more) return form_error(more.error().text);
    if (!*more) break;
    if (record.section == dns::Section::kAdditional) continue;
    RequestRecords& records =
        record.section == dns::Section::kAnswer ? request.prerequisites : request.updates;
    if (!take(record, message, zone.rr_class, rdata, records)) return form_error("malformed rdata");
    if (records.bytes() > kMaxRequestBytes) return form_error("update is too large once decompressed");
  }
  if (reader->garbage() != 0) return form_error("extra bytes behind the message");
  return std::nullopt;
}

std::optional<Refusal> prescan(const UpdateRequest& request) {
  for (const auto& rr : request.updates.entries()) {
    const NameView owner = request.updates.owner(rr);
    if (!owner.is_at_or_below(request.zone)) return refusal(Rcode::kNotZone, "update RR is outside zone");
    const bool meta = dns::is_meta_type(rr.type);
    if (rr.rr_class == request.rr_class) {
      if (meta) return refusal(Rcode::kFormErr, "meta-RR in update");
    } else if (rr.rr_class == RRClass::kAny) {
      if (rr.ttl_s != 0 || (meta && rr.type != RRType::kAny))
        return refusal(Rcode::kFormErr, "meta-RR in update");
    } else if (rr.rr_class == RRClass::kNone) {
      if (rr.ttl_s != 0 || meta) return refusal(Rcode::kFormErr, "meta-RR in update");
    } else {
      return refusal(Rcode::kFormErr,
                     "update RR has incorrect class " + std::to_string(dns::number(rr.rr_class)));
    }
    // RFC 3007 4.3: what proves and signs is made by the zone's signer alone.
    if (rr.type == RRType::kNsec3)
      return refusal(Rcode::kRefused, "explicit NSEC3 updates are not allowed in secure zones");
    if (rr.type == RRType::kNsec)
      return refusal(Rcode::kRefused, "explicit NSEC updates are not allowed in secure zones");
    if (rr.type == RRType::kRrsig && !(owner == request.zone.view())) {
      return refusal(Rcode::kRefused,
                     "explicit RRSIG updates are currently not supported in secure zones except at the apex");
    }
  }
  return std::nullopt;
}

bool looks_at_soa(const UpdateRequest& request) {
  for (const RequestRecords* records : {&request.prerequisites, &request.updates}) {
    for (const auto& rr : records->entries()) {
      if (rr.type == RRType::kSoa && rr.rr_class == request.rr_class) return true;
    }
  }
  return false;
}

}  // namespace nomen::update
