#include "store/history.h"

#include <algorithm>
#include <map>
#include <optional>

#include "dns/master_file.h"
#include "dns/rdata.h"

namespace nomen::store {

namespace {

using dns::RRType;
using zone::Change;
using zone::RecordList;

/// An RR among others: SOAs in front, then by owner and type, equal RRs side by side.
struct Place {
  dns::RRClass rr_class;
  dns::NameView owner;
  RRType type;
  Bytes rdata;

  bool operator<(const Place& other) const {
    const bool is_soa = type == RRType::kSoa;
    if (is_soa != (other.type == RRType::kSoa)) return is_soa;
    if (const auto order = owner <=> other.owner; order != 0) return order < 0;
    if (type != other.type) return dns::number(type) < dns::number(other.type);
    return dns::compare_rdata(type, rr_class, rdata, other.rdata) < 0;
  }
};

/// What became of an RR: as it was before all changes, and as it is after them.
struct Fate {
  std::optional<uint32_t> before_ttl_s;
  std::optional<uint32_t> after_ttl_s;
};

Place place_of(const RecordList& list, const RecordList::Entry& entry, dns::RRClass rr_class) {
  return {rr_class, list.owner(entry), static_cast<RRType>(entry.type), list.rdata(entry)};
}

void add(RecordList& to, const RecordList& from, const RecordList::Entry& entry) {
  to.add(from.owner(entry), static_cast<RRType>(entry.type), entry.ttl_s, from.rdata(entry));
}

void print(std::string& out, char sign, const RecordList& list, dns::RRClass rr_class) {
  for (const bool soas : {true, false}) {
    for (const auto& entry : list.entries()) {
      const auto type = static_cast<RRType>(entry.type);
      if ((type == RRType::kSoa) != soas) continue;
      out += sign;
      out += dns::to_string(list.owner(entry)) + " " + std::to_string(entry.ttl_s) + " " +
             dns::to_string(rr_class) + " " + dns::to_string(type) + " " +
             dns::rdata_to_text(type, rr_class, list.rdata(entry)) + "\n";
    }
  }
}

/// The lines of one sign as a master file in which all other lines are empty: line numbers stay true.
std::string lines_with(std::string_view text, char sign) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (text.front() == sign) out += text.substr(1, end - 1);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Change condense(std::span<const Change> changes, dns::RRClass rr_class) {
  std::map<Place, Fate> fates;
  for (const Change& change : changes) {
    for (const auto& entry : change.removed.entries()) {
      const auto [at, is_new] = fates.try_emplace(place_of(change.removed, entry, rr_class));
      if (is_new) at->second.before_ttl_s = entry.ttl_s;
      at->second.after_ttl_s.reset();
    }
    for (const auto& entry : change.added.entries())
      fates[place_of(change.added, entry, rr_class)].after_ttl_s = entry.ttl_s;
  }
  Change condensed;
  for (const auto& [place, fate] : fates) {
    if (fate.before_ttl_s == fate.after_ttl_s) continue;
    if (fate.before_ttl_s) condensed.removed.add(place.owner, place.type, *fate.before_ttl_s, place.rdata);
    if (fate.after_ttl_s) condensed.added.add(place.owner, place.type, *fate.after_ttl_s, place.rdata);
  }
  return condensed;
}

Change invert(const Change& change) {
  return {change.added, change.removed};
}

Result<Change> with_serial(const Change& change, dns::Serial serial) {
  constexpr size_t kSerialFromEnd = 20;  // RFC 1035 3.3.13: the serial and four numbers more
  Change renumbered{change.removed, {}};
  bool found = false;
  for (const auto& entry : change.added.entries()) {
    const Bytes rdata = change.added.rdata(entry);
    if (static_cast<RRType>(entry.type) != RRType::kSoa || rdata.size() < kSerialFromEnd) {
      add(renumbered.added, change.added, entry);
      continue;
    }
    std::vector<uint8_t> soa(rdata.begin(), rdata.end());
    store_u32(&soa[soa.size() - kSerialFromEnd], serial.value);
    renumbered.added.add(change.added.owner(entry), RRType::kSoa, entry.ttl_s, soa);
    found = true;
  }
  if (!found) return failure("the change adds no SOA record");
  return renumbered;
}

std::vector<Blame> blame(std::span<const Version> versions, dns::NameView name) {
  std::vector<Blame> touched;
  for (const Version& version : versions) {
    Change there;
    const auto keep = [&](const RecordList& from, RecordList& to) {
      for (const auto& entry : from.entries()) {
        if (from.owner(entry) == name) add(to, from, entry);
      }
    };
    keep(version.change.removed, there.removed);
    keep(version.change.added, there.added);
    if (there.empty()) continue;
    touched.push_back({version.from, version.to, version.time_us, version.actor, std::move(there)});
  }
  return touched;
}

std::string to_patch(const Change& change, dns::RRClass rr_class) {
  std::string out;
  print(out, '-', change.removed, rr_class);
  print(out, '+', change.added, rr_class);
  return out;
}

Result<Change> parse_patch(std::string_view text, dns::NameView apex, dns::RRClass rr_class) {
  size_t number = 1;
  for (std::string_view left = text; !left.empty(); number++) {
    const std::string_view line = left.substr(0, left.find('\n'));
    const bool is_left_out = line.empty() || line[0] == ';' || line[0] == '#';
    // A record says its owner, and no directive reads files or changes the origin.
    const bool is_record = line.size() > 1 && (line[0] == '+' || line[0] == '-') &&
                           std::string_view(" \t$").find(line[1]) == std::string_view::npos;
    if (!is_left_out && !is_record) {
      return failure("line " + std::to_string(number) +
                     " of the patch: expected '+' or '-' and a record right behind it, or a comment");
    }
    left.remove_prefix(std::min(line.size() + 1, left.size()));
  }
  Change change;
  for (const char sign : {'-', '+'}) {
    RecordList& list = sign == '-' ? change.removed : change.added;
    dns::MasterFileOptions options;
    options.origin = dns::Name(apex);
    options.rr_class = rr_class;
    const auto summary =
        dns::read_master_text(lines_with(text, sign), "patch", options, [&](const dns::RecordBatch& batch) {
          for (const auto& record : batch.records) {
            list.add(batch.owner(record), static_cast<RRType>(record.type), record.ttl_s,
                     batch.rdata(record));
          }
        });
    for (const Diagnostic& diagnostic : summary.diagnostics) {
      if (diagnostic.severity == Severity::kError) return failure(to_string(diagnostic));
    }
  }
  return change;
}

}  // namespace nomen::store
