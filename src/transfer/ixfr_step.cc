#include "transfer/ixfr_step.h"

#include <string>
#include <unordered_map>

#include "base/contract.h"
#include "dns/rdata.h"
#include "transfer/soa.h"

namespace nomen::transfer {

namespace {

using zone::RecordList;

/// What tells RRs apart: owner without its case, type, and rdata in canonical form.
void write_key(const RecordList& list, const RecordList::Entry& entry, dns::RRClass rr_class,
               dns::RdataBuffer& scratch, std::string& key) {
  const dns::NameView owner = list.owner(entry);
  key.clear();
  for (const uint8_t byte : owner.bytes()) key.push_back(static_cast<char>(dns::lower(byte)));
  key.push_back(static_cast<char>(entry.type >> 8));
  key.push_back(static_cast<char>(entry.type));
  dns::canonical_rdata(static_cast<dns::RRType>(entry.type), rr_class, list.rdata(entry), scratch);
  key += as_text(scratch.bytes());
}

struct Place {
  const RecordList* list = nullptr;
  size_t entry = 0;
  explicit operator bool() const { return list != nullptr; }
  uint32_t ttl_s() const { return list->entries()[entry].ttl_s; }
  void add_to(RecordList& to) const {
    const auto& e = list->entries()[entry];
    to.add(list->owner(e), static_cast<dns::RRType>(e.type), e.ttl_s, list->rdata(e));
  }
};

/// What became of one RR: where it stood in the first version, if it did, and where it stands now.
struct Fate {
  Place before;
  Place now;
};

}  // namespace

bool is_chain(const std::vector<IxfrStep>& steps, dns::Serial from, dns::Serial to) {
  for (const IxfrStep& step : steps) {
    if (step.from != from || step.change == nullptr) return false;
    const auto* before = find_soa(step.change->removed);
    const auto* after = find_soa(step.change->added);
    if (before == nullptr || after == nullptr) return false;
    if (read_soa(step.change->removed.rdata(*before)).serial != step.from ||
        read_soa(step.change->added.rdata(*after)).serial != step.to)
      return false;
    from = step.to;
  }
  return from == to;
}

IxfrStep condense(const std::vector<IxfrStep>& steps, dns::RRClass rr_class) {
  NOMEN_REQUIRE(!steps.empty());
  if (steps.size() == 1) return steps.front();
  std::unordered_map<std::string, size_t> by_key;
  std::vector<Fate> fates;  // in the order in which RRs were first spoken of
  std::string key;
  dns::RdataBuffer scratch;
  const auto fate_of = [&](const RecordList& list, size_t i) -> std::pair<Fate*, bool> {
    write_key(list, list.entries()[i], rr_class, scratch, key);
    const auto [it, is_new] = by_key.try_emplace(key, fates.size());
    if (is_new) fates.emplace_back();
    return {&fates[it->second], is_new};
  };
  for (const IxfrStep& step : steps) {
    const RecordList& removed = step.change->removed;
    for (size_t i = 0; i < removed.size(); i++) {
      const auto [fate, is_new] = fate_of(removed, i);
      if (is_new) fate->before = {&removed, i};
      fate->now = {};
    }
    const RecordList& added = step.change->added;
    for (size_t i = 0; i < added.size(); i++) fate_of(added, i).first->now = {&added, i};
  }
  auto change = std::make_shared<zone::Change>();
  for (const Fate& fate : fates) {
    if (fate.before && fate.now && fate.before.ttl_s() == fate.now.ttl_s()) continue;
    if (fate.before) fate.before.add_to(change->removed);
    if (fate.now) fate.now.add_to(change->added);
  }
  return {steps.front().from, steps.back().to, std::move(change)};
}

}  // namespace nomen::transfer
