#include "zone/node_draft.h"

#include <algorithm>

#include "dns/rdata.h"

namespace nomen::zone {

namespace {

/// Canonical order without a look at the table for types where bytes or one name say all.
std::strong_ordering quick_compare(dns::RRType type, dns::RRClass rr_class, Bytes a, Bytes b) {
  switch (type) {
    case dns::RRType::kA:
    case dns::RRType::kAaaa:
    case dns::RRType::kTxt:
    case dns::RRType::kDs:
    case dns::RRType::kDnskey: {
      const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
      return order != 0 ? order <=> 0 : a.size() <=> b.size();
    }
    case dns::RRType::kNs:
    case dns::RRType::kPtr:
    case dns::RRType::kCname: {
      for (size_t i = 0; i < std::min(a.size(), b.size()); i++) {
        const auto order = dns::lower(a[i]) <=> dns::lower(b[i]);
        if (order != 0) return order;
      }
      return a.size() <=> b.size();
    }
    default:
      return dns::compare_rdata(type, rr_class, a, b);
  }
}

/// Whether the last bytes of `name` are those of `suffix`, without regard to case or to where labels begin.
bool ends_like(Bytes name, Bytes suffix) {
  if (name.size() < suffix.size()) return false;
  const uint8_t* const end = name.data() + (name.size() - suffix.size());
  for (size_t i = suffix.size(); i-- > 0;) {
    if (dns::lower(end[i]) != dns::lower(suffix[i])) return false;
  }
  return true;
}

/// That an RRset takes in a node.
size_t padded_size(const NodeDraft::Set& set) {
  return (RRsetView::kHeaderBytes + size_t{set.bytes} + 3) & ~size_t{3};
}

}  // namespace

void NodeDraft::add_all(NodeView node) {
  node.for_each(
      [&](RRsetView set) { set.for_each([&](Bytes rdata) { add(set.type(), set.ttl_s(), rdata, 0); }); });
  sorted_ = items_.size();
}

std::strong_ordering NodeDraft::compare(const Item& a, const Item& b) const {
  return a.key != b.key ? a.key <=> b.key : quick_compare(type_of(a.key), rr_class_, a.rdata, b.rdata);
}

bool NodeDraft::remove(dns::RRType type, Bytes rdata) {
  const Item wanted{key_of(type, rdata), 0, 0, 0, rdata};
  const auto sorted_end = items_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  auto at = std::lower_bound(items_.begin(), sorted_end, wanted,
                             [this](const Item& a, const Item& b) { return compare(a, b) < 0; });
  if (at == sorted_end || !same(*at, wanted)) {
    at = std::find_if(sorted_end, items_.end(),
                      [&](const Item& item) { return item.order != kRemoved && same(item, wanted); });
  }
  if (at == items_.end() || at->order == kRemoved) return false;
  at->order = kRemoved;
  has_removed_ = true;
  return true;
}

void NodeDraft::set_ttl(dns::RRType type, Bytes rdata, uint32_t ttl_s) {
  const uint32_t key = key_of(type, rdata);
  if (key == ttl_key_ && ttl_s == ttl_s_) return;
  ttl_key_ = key;
  ttl_s_ = ttl_s;
  for (Item& item : items_) {
    if (item.key == key) item.ttl_s = ttl_s;
  }
}

bool NodeDraft::before(const Item& a, const Item& b) const {
  const auto order = compare(a, b);
  return order != 0 ? order < 0 : a.order < b.order;
}

size_t NodeDraft::arrange() {
  if (has_removed_) std::erase_if(items_, [](const Item& item) { return item.order == kRemoved; });
  const size_t dropped = is_in_order() ? 0 : sort();
  cut_sets();
  return dropped;
}

bool NodeDraft::is_in_order() const {
  for (size_t i = 1; i < items_.size(); i++) {
    const Item& before = items_[i - 1];
    if (before.key >= items_[i].key && compare(before, items_[i]) >= 0) return false;
  }
  return true;
}

/// Of two items or more; returns how many were dropped.
size_t NodeDraft::sort() {
  std::sort(items_.begin(), items_.end(),
            [this](const Item& a, const Item& b) { return a.key != b.key ? a.key < b.key : before(a, b); });
  size_t kept = 0;
  for (size_t i = 1; i < items_.size(); i++) {
    if (items_[kept].key == items_[i].key && same(items_[kept], items_[i])) {
      items_[kept].ttl_s = items_[i].ttl_s;
      items_[kept].order = items_[i].order;
    } else if (++kept != i) {
      items_[kept] = items_[i];
    }
  }
  const size_t dropped = items_.size() - kept - 1;
  items_.resize(kept + 1);
  return dropped;
}

void NodeDraft::cut_sets() {
  sets_.clear();
  const auto end = static_cast<uint32_t>(items_.size());
  for (uint32_t i = 0; i < end;) {
    Set set{items_[i].key, 0, i, 0, i, 0};
    for (; i < end && items_[i].key == set.key; i++) {
      if (i - set.first < kMostRRs) set.bytes += 2 + static_cast<uint32_t>(items_[i].rdata.size());
      if (items_[i].order > items_[set.latest].order) set.latest = i;
    }
    set.count = i - set.first;
    set.ttl_s = items_[set.latest].ttl_s;
    if (type_of(set.key) == dns::RRType::kNs)
      set.bytes += static_cast<uint32_t>(ServerNames::bytes(set.written()));
    sets_.push_back(set);
  }
}

uint64_t NodeDraft::record_count() const {
  uint64_t count = 0;
  for (const Set& set : written_sets()) count += set.written();
  return count;
}

uint8_t NodeDraft::flags(bool is_apex) const {
  uint8_t flags = is_apex ? NodeView::kApex : 0;
  for (const Set& set : sets_) {
    const dns::RRType type = type_of(set.key);
    if (type == dns::RRType::kNs && !is_apex) {
      flags |= NodeView::kCut;
      const bool may_have_glue =
          std::any_of(&items_[set.first], &items_[set.first] + set.count,
                      [&](const Item& item) { return ends_like(item.rdata, apex_.bytes()); });
      if (may_have_glue) flags |= NodeView::kMaybeGlue;
    }
    if (type == dns::RRType::kDname) flags |= NodeView::kDname;
    if (type == dns::RRType::kCname) flags |= NodeView::kHasCname;
  }
  return flags;
}

Ref NodeDraft::write(Arena& arena, Bytes labels, uint8_t flags, uint32_t children) const {
  const auto sets = written_sets();
  const size_t names_end = NodeView::kHeaderBytes + ((labels.size() + 3) & ~size_t{3});
  size_t bytes = names_end;
  for (const Set& set : sets) bytes += padded_size(set);
  const Arena::Place place = arena.append(bytes);
  uint8_t* p = place.data;
  const auto set_count = static_cast<uint16_t>(sets.size());
  std::memcpy(p, &set_count, 2);
  p[2] = flags;
  p[3] = static_cast<uint8_t>(labels.size());
  std::memcpy(p + 4, &children, 4);
  if (!labels.empty()) std::memcpy(p + NodeView::kHeaderBytes, labels.data(), labels.size());
  p += names_end;
  for (const Set& set : sets) p = write_set(set, labels, p);
  return place.ref;
}

/// Writes one RRset of the node of `labels` to `p`; returns where the next one goes.
uint8_t* NodeDraft::write_set(const Set& set, Bytes labels, uint8_t* p) const {
  const auto type = dns::number(type_of(set.key));
  const auto count = static_cast<uint16_t>(set.written());
  uint8_t* const end = p + padded_size(set);
  std::memcpy(p, &type, 2);
  std::memcpy(p + 2, &count, 2);
  std::memcpy(p + 4, &set.ttl_s, 4);
  std::memcpy(p + 8, &set.bytes, 4);
  p += RRsetView::kHeaderBytes;
  uint8_t* const data = p;
  for (const Item& item : std::span(items_).subspan(set.first, count)) {
    store_u16(p, static_cast<uint16_t>(item.rdata.size()));
    if (!item.rdata.empty()) std::memcpy(p + 2, item.rdata.data(), item.rdata.size());
    p += 2 + item.rdata.size();
  }
  if (type == dns::number(dns::RRType::kNs)) write_server_names(labels, apex_, data, count, p);
  return end;
}

}  // namespace nomen::zone
