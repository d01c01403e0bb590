#include "server/statistics.h"

#include <fmt/format.h>

#include <numeric>
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

/// What is not here is a transfer, of which BIND counts no response, or an update: late_replies.
bool is_answered_here(const Outcome& o) {
  return o.rcode != Outcome::kElsewhere;
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
    {"truncated responses sent", [](const Outcome& o) { return o.truncated; }},
    {"responses with EDNS(0) sent", [](const Outcome& o) { return o.edns && is_answered_here(o); }},
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

uint64_t replies(const CounterSums& counters) {
  return std::accumulate(counters.late_replies.begin(), counters.late_replies.end(),
                         sum(counters, is_answered_here));
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
  rcodes[Outcome::kElsewhere] = 0;
  for (size_t i = 0; i < counters.late_replies.size(); i++) rcodes[i] += counters.late_replies[i];
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
  line(out, counters.rejected_updates + facts.updates.rejected, "update requests rejected");
  line(out, replies(counters), "responses sent");
  lines(out, counters, kReplies);
  line(out, counters.transfers_completed, "requested transfers completed");
  line(out, facts.relayed_updates.requests, "update requests forwarded");
  line(out, facts.relayed_updates.replies, "update responses forwarded");
  line(out, facts.relayed_updates.failures, "update forward failed");
  line(out, facts.updates.completed, "updates completed");
  line(out, facts.updates.failed, "updates failed");
  line(out, facts.updates.bad_prerequisites, "updates rejected due to prerequisite failure");
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

void family_lines(std::string& out, const FamilyCounts& counts, std::string_view what) {
  line(out, counts.v4, fmt::format("IPv4 {}", what));
  line(out, counts.v6, fmt::format("IPv6 {}", what));
}

void zone_maintenance(std::string& out, const StatisticsFacts& facts) {
  out += "++ Zone Maintenance Statistics ++\n";
  const Secondaries::Counts& secondaries = facts.secondaries;
  const auto& [received_v4, received_v6] = facts.counters.notifies_received;
  family_lines(out, facts.notifies_sent, "notifies sent");
  family_lines(out, {received_v4, received_v6}, "notifies received");
  line(out, facts.counters.rejected_notifies, "notifies rejected");
  family_lines(out, secondaries.soa_queries, "SOA queries sent");
  family_lines(out, secondaries.axfr_requests, "AXFR requested");
  family_lines(out, secondaries.ixfr_requests, "IXFR requested");
  line(out, secondaries.transfers_succeeded, "transfer requests succeeded");
  line(out, secondaries.transfers_failed, "transfer requests failed");
}

void sockets(std::string& out, const StatisticsFacts& facts) {
  out += "++ Socket I/O Statistics ++\n";
  using Counts = Listeners::SocketCounts;
  const auto each = [&](std::string_view what, FamilyCounts (*count)(const Counts&)) {
    for (const auto& [transport, counts] :
         {std::pair{"UDP", &facts.udp_sockets}, {"TCP", &facts.tcp_sockets}}) {
      const FamilyCounts found = count(*counts);
      line(out, found.v4, fmt::format("{}/IPv4 sockets {}", transport, what));
      line(out, found.v6, fmt::format("{}/IPv6 sockets {}", transport, what));
    }
  };
  each("opened", [](const Counts& c) { return c.opened; });
  each("closed", [](const Counts& c) { return c.closed; });
  line(out, facts.counters.connections_accepted[0], "TCP/IPv4 connections accepted");
  line(out, facts.counters.connections_accepted[1], "TCP/IPv6 connections accepted");
  each("active",
       [](const Counts& c) { return FamilyCounts{c.opened.v4 - c.closed.v4, c.opened.v6 - c.closed.v6}; });
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
  each(late_replies, counters.late_replies);
  each(notifies_received, counters.notifies_received);
  each(connections_accepted, counters.connections_accepted);
  rejected_transfers += counters.rejected_transfers.value();
  rejected_updates += counters.rejected_updates.value();
  rejected_notifies += counters.rejected_notifies.value();
  transfers_completed += counters.transfers_completed.value();
}

std::string statistics_text(const StatisticsFacts& facts) {
  std::string out = fmt::format("+++ Statistics Dump +++ ({})\n", facts.now_s);
  incoming(out, facts.counters);
  per_view(out, facts, "Outgoing Queries");
  name_server(out, facts);
  zone_maintenance(out, facts);
  per_view(out, facts, "Resolver Statistics");
  sockets(out, facts);
  out += "++ Per Zone Query Statistics ++\n";
  return out + fmt::format("--- Statistics Dump --- ({})\n", facts.now_s);
}

}  // namespace nomen::server
