#include "store/bind_journal.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "dns/rdata.h"

namespace nomen::store {

namespace {

using dns::RRType;

constexpr size_t kJournalHeaderBytes = 64;
constexpr size_t kFormatBytes = 16;
constexpr size_t kIndexEntryBytes = 8;
constexpr std::string_view kOldFormat{";BIND LOG V9\n"};
constexpr std::string_view kNewFormat{";BIND LOG V9.2\n"};
constexpr size_t kRecordFixedBytes = 10;  // type, class, TTL, length

bool has_format(Bytes bytes, std::string_view format) {
  const std::string_view text = as_text(bytes.first(kFormatBytes));
  return text.starts_with(format) &&
         text.substr(format.size()).find_first_not_of('\0') == std::string_view::npos;
}

struct Record {
  dns::Name owner;
  RRType type{};
  uint32_t ttl_s = 0;
  Bytes rdata;
};

/// Reads transactions one after the other.
class Reader {
 public:
  Reader(Bytes bytes, dns::NameView apex, dns::RRClass rr_class, bool has_count)
      : left_(bytes), apex_(apex), rr_class_(rr_class), header_bytes_(has_count ? 16 : 12) {}

  bool at_end() const { return left_.empty(); }

  Result<zone::VersionStep> next() {
    if (left_.size() < header_bytes_) return failure("it ends within a transaction's header");
    const size_t size = load_u32(left_.data());
    zone::VersionStep step;
    step.from = {load_u32(left_.data() + header_bytes_ - 8)};
    step.to = {load_u32(left_.data() + header_bytes_ - 4)};
    left_ = left_.subspan(header_bytes_);
    if (left_.size() < size) return failure("it ends within a transaction");
    auto change = read_change(left_.first(size), step);
    left_ = left_.subspan(size);
    if (!change)
      return failure(fmt::format("the transaction from serial {} to {}: {}", step.from.value, step.to.value,
                                 change.error().text));
    step.change = std::make_shared<const zone::Change>(std::move(*change));
    return step;
  }

 private:
  Result<zone::Change> read_change(Bytes bytes, const zone::VersionStep& step) const {
    zone::Change change;
    unsigned soas = 0;
    while (!bytes.empty()) {
      const auto record = read_record(bytes);
      if (!record) return std::unexpected(record.error());
      if (record->type == RRType::kSoa && record->owner.view() == apex_) {
        const uint32_t serial = load_u32(record->rdata.data() + record->rdata.size() - 20);
        if (++soas > 2 || serial != (soas == 1 ? step.from : step.to).value)
          return failure("its SOA records are not those of its serials");
      }
      if (soas == 0) return failure("it does not begin with an SOA record");
      zone::RecordList& list = soas == 1 ? change.removed : change.added;
      list.add(record->owner, record->type, record->ttl_s, record->rdata);
    }
    if (soas != 2) return failure("it has no two SOA records");
    return change;
  }

  /// Takes the first record off `bytes`.
  Result<Record> read_record(Bytes& bytes) const {
    if (bytes.size() < 4) return failure("it ends within a record");
    const size_t size = load_u32(bytes.data());
    bytes = bytes.subspan(4);
    if (bytes.size() < size) return failure("it ends within a record");
    Bytes whole = bytes.first(size);
    bytes = bytes.subspan(size);
    const auto owner = dns::Name::from_wire(whole);
    if (!owner) return failure("an owner is no name");
    whole = whole.subspan(owner->size());
    if (whole.size() < kRecordFixedBytes) return failure("it ends within a record");
    Record record{*owner, static_cast<RRType>(load_u16(whole.data())), load_u32(whole.data() + 4),
                  whole.subspan(kRecordFixedBytes)};
    if (static_cast<dns::RRClass>(load_u16(whole.data() + 2)) != rr_class_)
      return failure("a record is of another class");
    if (load_u16(whole.data() + 8) != record.rdata.size()) return failure("a record's lengths differ");
    if (!record.owner.view().is_at_or_below(apex_)) return failure("a record is outside of the zone");
    if (auto checked = dns::check_rdata(record.type, rr_class_, record.rdata); !checked)
      return failure("a record's data: " + checked.error().text);
    return record;
  }

  Bytes left_;
  dns::NameView apex_;
  dns::RRClass rr_class_;
  size_t header_bytes_;
};

}  // namespace

Result<std::vector<zone::VersionStep>> read_bind_journal(Bytes bytes, dns::NameView apex,
                                                         dns::RRClass rr_class) {
  if (bytes.size() < kJournalHeaderBytes) return failure("it is shorter than a journal's header");
  const bool is_new = has_format(bytes, kNewFormat);
  if (!is_new && !has_format(bytes, kOldFormat)) return failure("it is no journal of BIND 9");
  const size_t begin = load_u32(bytes.data() + 20);
  const size_t end = load_u32(bytes.data() + 28);
  const size_t index = load_u32(bytes.data() + 32);
  std::vector<zone::VersionStep> steps;
  if (begin == end) return steps;
  if (begin < kJournalHeaderBytes + index * kIndexEntryBytes || end < begin || end > bytes.size())
    return failure("its header does not fit its size");
  Reader reader(bytes.subspan(begin, end - begin), apex, rr_class, is_new);
  while (!reader.at_end()) {
    auto step = reader.next();
    if (!step) return std::unexpected(step.error());
    if (!steps.empty() && !(steps.back().to == step->from)) return failure("its transactions are no chain");
    steps.push_back(std::move(*step));
  }
  return steps;
}

}  // namespace nomen::store
