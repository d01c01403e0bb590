#include "server/statistics.h"

#include <fmt/format.h>

#include <span>

#include "dns/types.h"

namespace nomen::server {

namespace {

using answer::CookieState;
using answer::EdnsOptionKind;
using answer::Outcome;
using dns::Rcode;

void line(std::string& out, uint64_t count, std::string_view what) {
  if (count != 0) out += fmt::format("{:20} {}\n", count, what);
}

bool is(const Outcome& o, Rcode rcode) {
  return o.rcode == static_cast<uint8_t>(rcode);
}

/// BIND counts as queries with a result those that a zone has answered, and the failures beside them.
bool has_result(const Outcome& o) {
  return o.looked_up && (o.authoritative || is(o, Rcode::kNoError));
}

/// Of an answer that did not fit the client got nothing but the word that there is one.
bool has_answer(const Outcome& o) {
  return has_result(o) && is(o, Rcode::kNoError) && (o.answered || o.truncated);
}

bool has_no_answer(const Outcome& o) {
  return has_result(o) && is(o, Rcode::kNoError) && !o.answered && !o.truncated;
}

bool is_other_failure(const Outcome& o) {
  return o.looked_up && !is(o, Rcode::kNoError) && !is(o, Rcode::kNxDomain) && !is(o, Rcode::kServFail) &&
         !is(o, Rcode::kFormErr) && !is(o, Rcode::kBadCookie);
}

struct Row {
  std::string_view name;
  bool (*counts)(const Outcome&);
};

constexpr Row kRequests[] = {
    {"IPv4 requests received", [](const Outcome& o) { return !o.v6; }},
    {"IPv6 requests received", [](const Outcome& o) { return o.v6; }},
    {"requests with EDNS(0) received", [](const Outcome& o) { return o.edns; }},
    {"requests with unsupported EDNS version received",
     [](const Outcome& o) { return is(o, Rcode::kBadVers); }},
    {"TCP requests received", [](const Outcome& o) { return o.tcp; }},
};

constexpr Row kReplies[] = {
    {"responses sent", [](const Outcome&) { return true; }},
    {"truncated responses sent", [](const Outcome& o) { return o.truncated; }},
    {"responses with EDNS(0) sent", [](const Outcome& o) { return o.edns; }},
    {"queries resulted in successful answer", has_answer},
    {"queries resulted in authoritative answer",
     [](const Outcome& o) { return has_result(o) && o.authoritative; }},
    {"queries resulted in non authoritative answer",
     [](const Outcome& o) { return has_result(o) && !o.authoritative; }},
    {"queries resulted in referral answer",
     [](const Outcome& o) { return has_no_answer(o) && !o.authoritative; }},
    {"queries resulted in nxrrset", [](const Outcome& o) { return has_no_answer(o) && o.authoritative; }},
    {"queries resulted in SERVFAIL", [](const Outcome& o) { return o.looked_up && is(o, Rcode::kServFail); }},
    {"queries resulted in FORMERR", [](const Outcome& o) { return o.looked_up && is(o, Rcode::kFormErr); }},
    {"queries resulted in NXDOMAIN",
     [](const Outcome& o) { return has_result(o) && is(o, Rcode::kNxDomain); }},
    {"other query failures", is_other_failure},
    {"UDP queries received", [](const Outcome& o) { return has_result(o) && !o.tcp; }},
    {"TCP queries received", [](const Outcome& o) { return has_result(o) && o.tcp; }},
};

constexpr Row kCookies[] = {
    {"COOKIE option received", [](const Outcome& o) { return o.cookie != CookieState::kNone; }},
    {"COOKIE - client only", [](const Outcome& o) { return o.cookie == CookieState::kClientOnly; }},
    {"COOKIE - no match", [](const Outcome& o) { return o.cookie == CookieState::kInvalid; }},
    {"COOKIE - match", [](const Outcome& o) { return o.cookie == CookieState::kValid; }},
};

uint64_t sum(const CounterSums& counters, bool (*counts)(const Outcome&)) {
  uint64_t total = 0;
  for (size_t i = 0; i < Outcome::kCount; i++) {
    if (counters.outcomes[i] != 0 && counts(Outcome::at(i))) total += counters.outcomes[i];
  }
  return total;
}

void lines(std::string& out, const CounterSums& counters, std::span<const Row> rows) {
  for (const Row& row : rows) line(out, sum(counters, row.counts), row.name);
}

uint64_t option(const CounterSums& counters, EdnsOptionKind kind) {
  return counters.edns_options[static_cast<size_t>(kind)];
}

void incoming(std::string& out, const CounterSums& counters) {
  out += "++ Incoming Requests ++\n";
  uint64_t queries = sum(counters, [](const Outcome&) { return true; });
  for (const uint64_t count : counters.requests_by_opcode) queries -= count;
  for (unsigned opcode = 0; opcode < counters.requests_by_opcode.size(); opcode++) {
    line(out, opcode == 0 ? queries : counters.requests_by_opcode[opcode],
         dns::to_string(static_cast<dns::Opcode>(opcode)));
  }
  out += "++ Incoming Queries ++\n";
  line(out, counters.queries_by_type[0], "Others");
  for (unsigned type = 1; type < counters.queries_by_type.size(); type++)
    line(out, counters.queries_by_type[type], dns::to_string(static_cast<dns::RRType>(type)));
  out += "++ Outgoing Rcodes ++\n";
  std::array<uint64_t, Outcome::kOtherRcode + 1> rcodes{};
  for (size_t i = 0; i < Outcome::kCount; i++) rcodes[Outcome::at(i).rcode] += counters.outcomes[i];
  for (unsigned rcode = 0; rcode < rcodes.size(); rcode++)
    line(out, rcodes[rcode], dns::to_string(static_cast<Rcode>(rcode)));
}

void name_server(std::string& out, const StatisticsFacts& facts) {
  const CounterSums& counters = facts.counters;
  out += "++ Name Server Statistics ++\n";
  lines(out, counters, kRequests);
  line(out, facts.tcp_clients_most, "TCP connection high-water");
  line(out, counters.rejected_authoritative, "auth queries rejected");
  line(out, counters.rejected_recursive, "recursive queries rejected");
  line(out, counters.rejected_transfers, "transfer requests rejected");
  lines(out, counters, kReplies);
  line(out, option(counters, EdnsOptionKind::kNsid), "NSID option received");
  line(out, option(counters, EdnsOptionKind::kExpire), "Expire option received");
  line(out, option(counters, EdnsOptionKind::kKeepalive), "EDNS TCP keepalive option received");
  line(out, option(counters, EdnsOptionKind::kPadding), "EDNS padding option received");
  line(out, option(counters, EdnsOptionKind::kOther), "Other EDNS option received");
  lines(out, counters, kCookies);
  line(out, option(counters, EdnsOptionKind::kClientSubnet), "EDNS client subnet option received");
  line(out, sum(counters, [](const Outcome& o) { return is(o, Rcode::kBadCookie); }),
       "sent badcookie response");
  line(out, option(counters, EdnsOptionKind::kKeyTag), "Keytag option received");
}

void sockets(std::string& out, const StatisticsFacts& facts) {
  out += "++ Socket I/O Statistics ++\n";
  using Counts = Listeners::SocketCounts;
  const auto each = [&](std::string_view what, uint64_t (*count)(const Counts&)) {
    for (const char* transport : {"UDP", "TCP"}) {
      for (size_t v6 = 0; v6 < 2; v6++)
        line(out, count(facts.sockets[v6]),
             fmt::format("{}/IPv{} sockets {}", transport, v6 != 0 ? 6 : 4, what));
    }
  };
  each("opened", [](const Counts& c) { return c.opened; });
  each("closed", [](const Counts& c) { return c.closed; });
  each("active", [](const Counts& c) { return c.opened - c.closed; });
}

/// Sections whose subject this server does not have yet: their headings stand, as in BIND's file of a server
/// that has not resolved anything.
void per_view(std::string& out, const StatisticsFacts& facts, std::string_view heading) {
  out += fmt::format("++ {} ++\n", heading);
  if (heading == "Resolver Statistics") out += "[Common]\n";
  for (const std::string& view : facts.views)
    out += fmt::format("[View: {}]\n", view == "_default" ? "default" : view);
}

}  // namespace

void CounterSums::add(const answer::Counters& counters) {
  const auto each = [](auto& to, const auto& from) {
    for (size_t i = 0; i < to.size(); i++) to[i] += from[i].value();
  };
  each(outcomes, counters.outcomes);
  each(queries_by_type, counters.queries_by_type);
  each(requests_by_opcode, counters.requests_by_opcode);
  each(edns_options, counters.edns_options);
  rejected_recursive += counters.rejected_recursive.value();
  rejected_authoritative += counters.rejected_authoritative.value();
  rejected_transfers += counters.rejected_transfers.value();
}

std::string statistics_text(const StatisticsFacts& facts) {
  std::string out = fmt::format("+++ Statistics Dump +++ ({})\n", facts.now_s);
  incoming(out, facts.counters);
  per_view(out, facts, "Outgoing Queries");
  name_server(out, facts);
  out += "++ Zone Maintenance Statistics ++\n";
  per_view(out, facts, "Resolver Statistics");
  sockets(out, facts);
  out += "++ Per Zone Query Statistics ++\n";
  return out + fmt::format("--- Statistics Dump --- ({})\n", facts.now_s);
}

}  // namespace nomen::server
