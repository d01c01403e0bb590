#include "answer/edns.h"

#include "answer/cookie.h"
#include "dns/zone_options.h"

namespace nomen::answer {

namespace {

constexpr uint16_t kNsid = 3;
constexpr uint16_t kClientSubnet = 8;
constexpr uint16_t kCookie = 10;
constexpr uint16_t kKeepalive = 11;
constexpr uint16_t kPadding = 12;
constexpr uint16_t kKeyTag = 14;
constexpr uint16_t kExtendedError = 15;

/// Where a record's owner ends: compressed or not, within the message; 0 when malformed.
size_t skip_name(Bytes message, size_t at) {
  for (size_t start = at; at < message.size() && at - start < dns::kMaxNameBytes;) {
    const uint8_t length = message[at];
    if (length == 0) return at + 1;
    if ((length & 0xC0) == 0xC0) return at + 2 <= message.size() ? at + 2 : 0;
    if (length > dns::kMaxLabelBytes) return 0;
    at += length + 1U;
  }
  return 0;
}

bool read_cookie(Query& query, Bytes value, const ServerSettings& server, uint32_t now_s) {
  // RFC 7873 5.2.2: 8 octets, or 16 to 40.
  if (value.size() != 8 && (value.size() < 16 || value.size() > 40)) return false;
  if (query.edns.cookie != CookieState::kNone) return true;  // only the first counts (RFC 7873 5.2)
  std::memcpy(query.edns.client_cookie.data(), value.data(), kClientCookieBytes);
  if (value.size() == kClientCookieBytes) {
    query.edns.cookie = CookieState::kClientOnly;
    return true;
  }
  const bool valid =
      is_valid_server_cookie(server.cookies, value.first(kClientCookieBytes),
                             value.subspan(kClientCookieBytes), query.received.peer_address(), now_s);
  query.edns.cookie = valid ? CookieState::kValid : CookieState::kInvalid;
  return true;
}

/// RFC 7871 6: family, source and scope length, and just the octets that the source length needs.
bool is_client_subnet(Bytes value) {
  if (value.size() < 4) return false;
  const uint16_t family = load_u16(value.data());
  const uint8_t source = value[2];
  const uint8_t scope = value[3];
  const size_t octets = value.size() - 4;
  if (scope != 0 || octets != (source + 7U) / 8U) return false;
  if (family == 0) return source == 0;
  if ((family == 1 && source > 32) || (family == 2 && source > 128) || family > 2) return false;
  return source % 8 == 0 || (value[3 + octets] & (0xFFU >> (source % 8))) == 0;
}

void want(Query& query, ZoneOption option) {
  query.edns.zone_options |= static_cast<uint8_t>(option);
}

void note_kind(Query& query, EdnsOptionKind kind) {
  query.edns.option_kinds |= static_cast<uint8_t>(1U << static_cast<unsigned>(kind));
}

bool read_options(Query& query, Bytes options, const ServerSettings& server, uint32_t now_s) {
  while (!options.empty()) {
    if (options.size() < 4) return false;
    const uint16_t code = load_u16(options.data());
    const size_t size = load_u16(options.data() + 2);
    if (options.size() < 4 + size) return false;
    const Bytes value = options.subspan(4, size);
    options = options.subspan(4 + size);
    switch (code) {
      case kNsid:
        note_kind(query, EdnsOptionKind::kNsid);
        query.edns.wants_nsid = true;
        break;
      case kCookie:
        if (!read_cookie(query, value, server, now_s)) return false;
        break;
      case kKeepalive:
        if (!value.empty() && value.size() != 2) return false;
        note_kind(query, EdnsOptionKind::kKeepalive);
        query.edns.wants_keepalive = query.received.transport == Transport::kTcp;
        break;
      case kClientSubnet:
        note_kind(query, EdnsOptionKind::kClientSubnet);
        if (!is_client_subnet(value)) return false;
        break;
      case dns::kExpireOption:
        note_kind(query, EdnsOptionKind::kExpire);
        want(query, ZoneOption::kExpire);
        break;
      case dns::kZoneVersionOption:  // whatever its value is (RFC 9660 3.2)
        note_kind(query, EdnsOptionKind::kOther);
        want(query, ZoneOption::kVersion);
        break;
      case dns::kZoneDigestOption:
        note_kind(query, EdnsOptionKind::kOther);
        want(query, ZoneOption::kDigest);
        break;
      case kPadding:
        note_kind(query, EdnsOptionKind::kPadding);
        break;
      case kKeyTag:
        note_kind(query, EdnsOptionKind::kKeyTag);
        break;
      default:
        note_kind(query, EdnsOptionKind::kOther);
        break;  // RFC 6891 6.1.2: unknown options are ignored
    }
  }
  return true;
}

/// An OPT: `fields` is where its type is, `size` that of its rdata, which is all there. False: malformed.
bool read_opt(Query& query, const uint8_t* fields, size_t size, const ServerSettings& server,
              uint32_t now_s) {
  query.edns.present = true;
  query.edns.udp_size = load_u16(fields + 2);
  query.edns.version = fields[5];
  query.edns.dnssec_ok = (fields[6] & 0x80) != 0;
  if (query.edns.version != 0) return true;  // the options of a version we do not know mean nothing to us
  return read_options(query, {fields + 10, size}, server, now_s);
}

/// One record behind the question; false when it is malformed. `at` moves behind it.
bool read_record(Query& query, Bytes message, size_t& at, bool in_additional, bool is_last,
                 const ServerSettings& server, uint32_t now_s) {
  const size_t owner = at;
  const size_t head = skip_name(message, at);
  if (head == 0 || head + 10 > message.size()) return false;
  const auto type = static_cast<dns::RRType>(load_u16(&message[head]));
  const size_t size = load_u16(&message[head + 8]);
  at = head + 10 + size;
  if (at > message.size()) return false;
  if (type == dns::RRType::kTsig) {
    query.edns.signed_message = query.edns.has_tsig = in_additional && is_last;
    return query.edns.has_tsig;
  }
  if (type == dns::RRType::kSig && in_additional && is_last && size >= 2 &&
      load_u16(&message[head + 10]) == 0) {
    query.edns.signed_message = true;
  }
  if (type != dns::RRType::kOpt) return true;
  if (!in_additional || query.edns.present || message[owner] != 0) return false;
  return read_opt(query, &message[head], size, server, now_s);
}

/// Whether behind the question there is one OPT alone, as most clients send it, and all of it.
bool is_lone_opt(const Query& query) {
  const Received& received = query.received;
  const uint8_t* const counts = received.data + 6;
  const uint8_t* const opt = received.data + query.question.end;
  const size_t fixed_end = query.question.end + kOptBytes;
  return load_u32(counts) == 0 && load_u16(counts + 4) == 1 && fixed_end <= received.size && opt[0] == 0 &&
         load_u16(opt + 1) == dns::number(dns::RRType::kOpt) &&
         fixed_end + load_u16(opt + 9) <= received.size;
}

bool read_records(Query& query, const ServerSettings& server, uint32_t now_s) {
  const uint8_t* counts = query.received.data + 6;
  const uint32_t before_additional = load_u16(counts) + uint32_t{load_u16(counts + 2)};
  const uint32_t records = before_additional + load_u16(counts + 4);
  const Bytes message(query.received.data, query.received.size);
  size_t at = query.question.end;
  for (uint32_t i = 0; i < records; i++) {
    if (!read_record(query, message, at, i >= before_additional, i + 1 == records, server, now_s))
      return false;
  }
  return true;
}

}  // namespace

void read_edns(Query& query, const ServerSettings& server, uint32_t now_s) {
  query.edns = Edns{};
  if (query.early != dns::Rcode::kNoError) return;
  const uint8_t* behind = query.received.data + 6;
  if ((load_u16(behind) | load_u32(behind + 2)) == 0 && query.question.present)
    return;  // nothing but a question
  const uint8_t* const opt = query.received.data + query.question.end;
  const bool is_well = is_lone_opt(query) ? read_opt(query, opt + 1, load_u16(opt + 9), server, now_s)
                                          : read_records(query, server, now_s);
  if (!is_well) {
    query.early = dns::Rcode::kFormErr;
    return;
  }
  if (query.edns.present && query.edns.version != 0) {
    query.early = dns::Rcode::kBadVers;
  } else if (!query.question.present && query.edns.cookie == CookieState::kNone) {
    query.early = dns::Rcode::kFormErr;
  }
}

void OptOptions::add(uint16_t code, Bytes value) {
  if (size_ + 4 + value.size() > kCapacity) return;
  store_u16(&data_[size_], code);
  store_u16(&data_[size_ + 2], static_cast<uint16_t>(value.size()));
  if (!value.empty()) std::memcpy(&data_[size_ + 4], value.data(), value.size());
  size_ += 4 + value.size();
}

void OptOptions::add(ExtendedError error) {
  std::array<uint8_t, 2> code;
  store_u16(code.data(), static_cast<uint16_t>(error));
  add(kExtendedError, code);
}

void add_reply_options(const Query& query, const ServerSettings& server, const ViewSettings* view,
                       uint32_t now_s, OptOptions& options) {
  if (!query.edns.wants_options()) return;
  if (query.edns.wants_nsid && server.server_id) options.add(kNsid, as_bytes(*server.server_id));
  if (query.edns.cookie != CookieState::kNone && (view == nullptr || view->answer_cookie)) {
    std::array<uint8_t, kClientCookieBytes + kServerCookieBytes> cookie;
    std::memcpy(cookie.data(), query.edns.client_cookie.data(), kClientCookieBytes);
    const auto own =
        make_server_cookie(server.cookies, query.edns.client_cookie, query.received.peer_address(), now_s);
    std::memcpy(&cookie[kClientCookieBytes], own.data(), own.size());
    options.add(kCookie, cookie);
  }
  if (query.edns.wants_keepalive) {
    std::array<uint8_t, 2> timeout;
    store_u16(timeout.data(), server.tcp_advertised_timeout_ds);
    options.add(kKeepalive, timeout);
  }
}

}  // namespace nomen::answer
