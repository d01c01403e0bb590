#include "tools/zone_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "server/loader.h"
#include "store/history.h"
#include "transfer/soa.h"

namespace nomen::tools {

namespace {

constexpr std::string_view kFirstLine = "; nomen plan 1";

bool is_soa(const zone::RecordList::Entry& entry) {
  return entry.type == dns::number(dns::RRType::kSoa);
}

/// An RR without its TTL, and with its owner in lower case.
std::string identity_of(const zone::RecordList& list, const zone::RecordList::Entry& entry) {
  const dns::Name owner = dns::Name(list.owner(entry)).lowered();
  std::string out(reinterpret_cast<const char*>(owner.bytes().data()), owner.bytes().size());
  out += static_cast<char>(entry.type >> 8);
  out += static_cast<char>(entry.type);
  const Bytes rdata = list.rdata(entry);
  out.append(reinterpret_cast<const char*>(rdata.data()), rdata.size());
  return out;
}

std::unordered_set<std::string> identities_of(const zone::RecordList& list) {
  std::unordered_set<std::string> all;
  for (const auto& entry : list.entries()) {
    if (!is_soa(entry)) all.insert(identity_of(list, entry));
  }
  return all;
}

zone::RecordList without_soa(const zone::RecordList& list) {
  zone::RecordList out;
  for (const auto& entry : list.entries()) {
    if (!is_soa(entry))
      out.add(list.owner(entry), static_cast<dns::RRType>(entry.type), entry.ttl_s, list.rdata(entry));
  }
  return out;
}

/// A change whose serial leads backwards: what it says of the SOA besides is kept, the serial is not.
zone::Change with_present_serial(const zone::Change& change, dns::Serial present) {
  auto renumbered = store::with_serial(change, present);
  if (!renumbered) return change;
  const auto* const before = transfer::find_soa(renumbered->removed);
  const auto* const after = transfer::find_soa(renumbered->added);
  const bool is_same = before != nullptr && after != nullptr && before->ttl_s == after->ttl_s &&
                       equal(renumbered->removed.rdata(*before), renumbered->added.rdata(*after));
  if (!is_same) return std::move(*renumbered);
  return {without_soa(renumbered->removed), without_soa(renumbered->added)};
}

/// The words of a head line behind what it begins with; nothing when it is another line.
std::optional<std::vector<std::string>> words_behind(std::string_view line, std::string_view begin) {
  if (!line.starts_with(begin)) return std::nullopt;
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(line.substr(begin.size())) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

/// The next line, which goes from `text`.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

Result<void> read_zone_line(std::string_view line, Plan& plan) {
  const auto words = words_behind(line, "; zone ");
  const auto rr_class = words && words->size() == 4 ? dns::parse_class((*words)[1]) : std::nullopt;
  if (!rr_class || (*words)[2] != "view")
    return failure("line 2 of the plan: expected '; zone NAME CLASS view VIEW'");
  plan.zone = (*words)[0];
  plan.rr_class = *rr_class;
  plan.view = (*words)[3];
  return {};
}

Result<void> read_from_line(std::string_view line, Plan& plan) {
  const auto words = words_behind(line, "; from serial ");
  if (words && words->size() == 3 && (*words)[1] == "digest") {
    const std::string& serial = (*words)[0];
    const auto [end, error] = std::from_chars(serial.data(), serial.data() + serial.size(), plan.from.value);
    const auto digest = hex_decode((*words)[2]);
    if (error == std::errc{} && end == serial.data() + serial.size() && digest &&
        digest->size() == plan.digest.value.size()) {
      std::copy(digest->begin(), digest->end(), plan.digest.value.begin());
      return {};
    }
  }
  return failure("line 3 of the plan: expected '; from serial NUMBER digest HEX'");
}

}  // namespace

std::optional<dns::Serial> Plan::to() const {
  const auto* const soa = transfer::find_soa(change.added);
  if (soa == nullptr) return std::nullopt;
  const dns::Serial serial = transfer::read_soa(change.added.rdata(*soa)).serial;
  return serial == from ? std::nullopt : std::optional(serial);
}

PlanCounts count(const Plan& plan) {
  const auto removed = identities_of(plan.change.removed);
  const auto added = identities_of(plan.change.added);
  const auto missing_in = [](const auto& one, const auto& other) {
    return static_cast<uint64_t>(std::count_if(
        one.begin(), one.end(), [&](const std::string& identity) { return !other.contains(identity); }));
  };
  return {missing_in(removed, added), missing_in(added, removed)};
}

PlanFromFile plan_from_file(const ZoneHistory& history, const zone::ContentPtr& against,
                            const std::string& path) {
  zone::LoadRequest request = server::load_request(history.zone(), history.directory());
  request.path = path;
  request.is_raw = false;
  request.previous = against;
  zone::LoadResult loaded = zone::load_zone(request);
  PlanFromFile out;
  out.diagnostics = std::move(loaded.diagnostics);
  if (loaded.content == nullptr) return out;
  Plan& plan = out.plan.emplace();
  plan.zone = dns::to_string_no_dot(against->apex());
  plan.view = history.view();
  plan.rr_class = against->rr_class();
  plan.from = against->serial();
  plan.digest = zone::digest_of(*against);
  if (!loaded.changed) return out;
  plan.change = *loaded.change;
  const dns::Serial to = loaded.content->serial();
  if (to == plan.from || to.is_after(plan.from)) return out;
  out.old_serial = to;
  plan.change = with_present_serial(plan.change, plan.from);
  return out;
}

std::string to_text(const Plan& plan) {
  return fmt::format("{}\n; zone {} {} view {}\n; from serial {} digest {}\n{}", kFirstLine, plan.zone,
                     dns::to_string(plan.rr_class), plan.view, plan.from.value,
                     hex_encode(plan.digest.bytes()), store::to_patch(plan.change, plan.rr_class));
}

bool is_plan(std::string_view text) {
  return text.starts_with(kFirstLine) && text.substr(kFirstLine.size()).starts_with('\n');
}

Result<Plan> parse_plan(std::string_view text) {
  if (!is_plan(text)) return failure(fmt::format("this is no plan: it does not begin with '{}'", kFirstLine));
  std::string_view rest = text;
  take_line(rest);
  Plan plan;
  if (auto read = read_zone_line(take_line(rest), plan); !read) return std::unexpected(read.error());
  if (auto read = read_from_line(take_line(rest), plan); !read) return std::unexpected(read.error());
  const auto apex = dns::Name::parse(plan.zone);
  if (!apex) return failure("line 2 of the plan: '" + plan.zone + "' is not a name");
  auto change = store::parse_patch(text, *apex, plan.rr_class);
  if (!change) return std::unexpected(change.error());
  plan.change = std::move(*change);
  return plan;
}

Result<void> check_removal(const Plan& plan, const zone::Content& against, double percent) {
  const PlanCounts counts = count(plan);
  const auto records = static_cast<double>(against.record_count());
  const double share = records == 0 ? 0 : 100.0 * static_cast<double>(counts.removed) / records;
  if (share <= percent) return {};
  return failure(
      fmt::format("this would remove {} of {} records ({:.1f} %), more than {:g} %: where that is meant, say "
                  "--allow-removal {:.0f}",
                  counts.removed, against.record_count(), share, percent, std::min(100.0, share + 1)));
}

}  // namespace nomen::tools
