#include "zone/content_writer.h"

#include <algorithm>

#include "base/contract.h"
#include "dns/rdata.h"
#include "zone/denial.h"

namespace nomen::zone {

namespace {

using dns::HashedName;
using dns::NameView;
using dns::RRType;

/// Whether the proofs change: the chain itself or the signatures that go out with it.
bool touches_denial(RRType type, Bytes rdata) {
  if (type == RRType::kRrsig && rdata.size() >= 2) type = static_cast<RRType>(load_u16(rdata.data()));
  return type == RRType::kNsec || type == RRType::kNsec3 || type == RRType::kNsec3Param;
}

bool has_upper_case(Bytes labels) {
  return std::any_of(labels.begin(), labels.end(), [](uint8_t c) { return dns::lower(c) != c; });
}

bool starts_with_wildcard(Bytes labels) {
  return labels.size() >= 2 && labels[0] == 1 && labels[1] == '*';
}

}  // namespace

ContentWriter::ContentWriter(NameView apex, dns::RRClass rr_class, size_t expected_names,
                             const ContentLimits& limits, WriterBuffers* buffers)
    : ContentWriter(std::make_shared<Content>(Content::Maker(), apex, rr_class), limits, buffers) {
  content_->index_ = Index(expected_names);
  denial_changed_ = true;
  first_version_ = true;
}

ContentWriter::ContentWriter(const Content& base, const ContentLimits& limits)
    : ContentWriter(std::make_shared<Content>(Content::Maker(), base), limits, nullptr) {
  // Whatever is appended from now on has a later reference than all that the base can refer to.
  own_from_ = content_->arena_.append(1).ref;
}

ContentWriter::ContentWriter(std::shared_ptr<Content> content, const ContentLimits& limits,
                             WriterBuffers* buffers)
    : content_(std::move(content)),
      limits_(limits),
      own_buffers_(buffers == nullptr ? std::make_unique<WriterBuffers>() : nullptr),
      buffers_(buffers == nullptr ? *own_buffers_ : *buffers),
      draft_(buffers_.draft) {
  draft_.begin(content_->rr_class(), content_->apex_);
  buffers_.ttls.begin_file();
}

uint64_t ContentWriter::hash_of(NodeView node) const {
  return OwnLabels(node.labels(), content_->apex_hash_).hash;
}

// ---- the first version: records in the order of a file

void ContentWriter::add(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  NOMEN_REQUIRE(first_version_);  // nodes are changed in place
  buffers_.ttls.begin(batch, diagnostics);
  prepare(batch, diagnostics);
  const bool begins_at_apex = !buffers_.groups.empty() &&
                              buffers_.groups.front().owner_size == content_->apex_.size() &&
                              buffers_.groups.front().has_other;
  if (!begins_at_apex) ensure_apex();
  for (const OwnerGroup& group : buffers_.groups) add_group(batch, group, diagnostics);
}

/// An apex without data, where no record of its own came first: all other names stand below it.
void ContentWriter::ensure_apex() {
  if (content_->apex_ref_ != 0) return;
  draft_.clear();
  content_->apex_ref_ = draft_.write(content_->arena_, {}, NodeView::kApex, 0);
  content_->index_.insert(content_->apex_hash_, content_->apex_ref_, hash_of_);
}

/// Cuts the batch into runs of one owner, hashes the owners and fetches their index lines.
void ContentWriter::prepare(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  buffers_.groups.clear();
  const auto& records = batch.records;
  OwnLabels own;
  for (uint32_t i = 0; i < records.size();) {
    const NameView owner = batch.owner(records[i]);
    const uint32_t first = i;
    OwnerGroup group{0, first, 0, static_cast<uint8_t>(owner.size()), false, false, false};
    for (; i < records.size(); i++) {
      const auto& record = records[i];
      if (i != first && !record.same_owner && !equal(batch.owner(record).bytes(), owner.bytes())) break;
      const bool nsec3 = belongs_to_nsec3(static_cast<RRType>(record.type), batch.rdata(record));
      group.has_nsec3 |= nsec3;
      group.has_other |= !nsec3;
    }
    group.count = i - first;
    if (!content_->prepare(owner, own)) {
      diagnostics.push_back({Severity::kWarning,
                             {*batch.file, records[first].line, 0},
                             "ignoring out-of-zone data (" + dns::to_string_no_dot(owner) + ")"});
      continue;
    }
    group.hash = own.hash;
    group.parent_is_apex = own.size == owner.data()[0] + 1U;
    content_->index_.prefetch(group.hash);
    buffers_.groups.push_back(group);
  }
}

void ContentWriter::add_group(const dns::RecordBatch& batch, const OwnerGroup& group,
                              Diagnostics& diagnostics) {
  const NameView owner(batch.bytes.data() + batch.records[group.first].owner_at, group.owner_size);
  const bool is_mixed = group.has_nsec3 && group.has_other;
  for (const bool nsec3 : {false, true}) {
    if (nsec3 ? !group.has_nsec3 : !group.has_other) continue;
    Index& index = nsec3 ? content_->nsec3_index_ : content_->index_;
    std::array<uint8_t, dns::kMaxNameBytes + 33> lowered;
    const Bytes labels = labels_of(owner);
    dns::lower_padded(owner.data(), lowered.data(), labels.size());
    const Ref existing = index.find(
        group.hash, [&](Ref ref) { return content_->node(ref).is_named(lowered.data(), labels.size()); });
    draft_.clear();
    if (existing != 0) {
      merge_group(index, existing, batch, group, diagnostics);
      continue;
    }
    for (uint32_t i = group.first; i < group.first + group.count; i++) {
      const auto& record = batch.records[i];
      const auto type = static_cast<RRType>(record.type);
      const Bytes rdata = batch.rdata(record);
      if (!is_mixed || belongs_to_nsec3(type, rdata) == nsec3)
        draft_.add(type, buffers_.ttls.ttl_s(batch, i), rdata, record.line);
    }
    check_draft(owner, batch.file, diagnostics);
    const bool at_apex = !nsec3 && is_apex(labels);
    const bool is_mixed_case = !equal(labels, {lowered.data(), labels.size()});
    uint8_t flags = draft_.flags(at_apex) | (is_mixed_case ? NodeView::kMixedCase : 0);
    if (nsec3 || at_apex) {
      // Names of NSEC3 RRs are no part of the tree, and above the apex there is none.
    } else if (group.parent_is_apex) {
      uint8_t* apex = content_->arena_.writable(content_->apex_ref_);
      uint32_t children = content_->apex_node().children() + 1;
      std::memcpy(apex + 4, &children, sizeof children);
      if (starts_with_wildcard(labels)) apex[2] |= NodeView::kHasWildcard;
      if ((apex[2] & NodeView::kDname) != 0) flags |= NodeView::kMaybeOccluded;
    } else {
      HashedName name;
      name.assign(owner);
      flags |= add_child_to(name, name.labels - 1U, starts_with_wildcard(labels));
    }
    const Ref ref = draft_.write(content_->arena_, labels, flags, 0);
    if (at_apex) content_->apex_ref_ = ref;
    count_draft();
    index.insert(group.hash, ref, hash_of_);
  }
}

/// More RRs for a name that is there already.
void ContentWriter::merge_group(Index& index, Ref existing, const dns::RecordBatch& batch,
                                const OwnerGroup& group, Diagnostics& diagnostics) {
  const bool nsec3 = &index == &content_->nsec3_index_;
  const NodeView node = content_->node(existing);
  const size_t size = node.size();
  const auto is_meant = [&](const dns::BatchRecord& record) {
    return belongs_to_nsec3(static_cast<RRType>(record.type), batch.rdata(record)) == nsec3;
  };
  if (size > kSpillNodeBytes) {
    RecordList& list = spilled_[existing];
    for (uint32_t i = group.first; i < group.first + group.count; i++) {
      const auto& record = batch.records[i];
      if (is_meant(record))
        list.add(batch.owner(record), static_cast<RRType>(record.type), buffers_.ttls.ttl_s(batch, i),
                 batch.rdata(record));
    }
    return;
  }
  buffers_.scratch.assign(node.data(), node.data() + size);
  const NodeView before(buffers_.scratch.data());
  draft_.add_all(before);
  for (uint32_t i = group.first; i < group.first + group.count; i++) {
    const auto& record = batch.records[i];
    if (is_meant(record))
      draft_.add(static_cast<RRType>(record.type), buffers_.ttls.ttl_s(batch, i), batch.rdata(record),
                 record.line);
  }
  const NameView owner = batch.owner(batch.records[group.first]);
  check_draft(owner, batch.file, diagnostics);
  rewrite_node(index, group.hash, existing, before.is_empty() ? labels_of(owner) : before.labels(),
               before.flags(), before.children());
}

/// Counts the draft, which has been written as a node.
void ContentWriter::count_draft() {
  const auto is_nsec3 = [](const NodeDraft::Set& set) {
    return NodeDraft::type_of(set.key) == RRType::kNsec3;
  };
  content_->record_count_ += draft_.record_count();
  if (std::ranges::none_of(draft_.sets(), is_nsec3)) content_->name_count_++;
}

void ContentWriter::count(NodeView node, int sign) {
  bool is_nsec3 = false;
  uint64_t records = 0;
  node.for_each([&](RRsetView set) {
    records += set.count();
    is_nsec3 |= set.type() == RRType::kNsec3;
  });
  content_->record_count_ += static_cast<uint64_t>(sign) * records;
  if (!node.is_empty() && !is_nsec3) content_->name_count_ += static_cast<uint64_t>(sign);
}

void ContentWriter::flush_spilled(Diagnostics& diagnostics) {
  const std::string no_file;
  for (auto& [ref, list] : spilled_) {
    const NodeView node = content_->node(ref);
    buffers_.scratch.assign(node.data(), node.data() + node.size());
    const NodeView before(buffers_.scratch.data());
    draft_.clear();
    draft_.add_all(before);
    for (const auto& entry : list.entries()) {
      draft_.add(static_cast<RRType>(entry.type), entry.ttl_s, list.rdata(entry), 0);
    }
    check_draft(node.owner(content_->apex_), &no_file, diagnostics);
    const bool nsec3 = before.find(RRType::kNsec3) || before.find_signatures(RRType::kNsec3);
    Index& index = nsec3 ? content_->nsec3_index_ : content_->index_;
    rewrite_node(index, hash_of(node), ref, before.labels(), before.flags(), before.children());
  }
  spilled_.clear();
}

/// Arranges the draft and says what is too much about it.
void ContentWriter::check_draft(NameView owner, const std::string* file, Diagnostics& diagnostics) {
  const auto say = [&](Severity severity, const NodeDraft::Item& item, const std::string& text) {
    diagnostics.push_back({severity, {*file, item.line, 0}, dns::to_string_no_dot(owner) + ": " + text});
  };
  draft_.arrange();
  const auto& items = draft_.items();
  const size_t types = draft_.sets().size();
  for (const NodeDraft::Set& set : draft_.sets()) {
    if (limits_.max_records_per_type != 0 && set.count > limits_.max_records_per_type) {
      say(Severity::kError, items[set.latest],
          "too many records of one type: more than max-records-per-type " +
              std::to_string(limits_.max_records_per_type));
    } else if (set.count > NodeDraft::kMostRRs) {
      say(Severity::kError, items[set.latest],
          "too many records of one type: more than " + std::to_string(NodeDraft::kMostRRs));
    }
  }
  if (limits_.max_types_per_name != 0 && types > limits_.max_types_per_name) {
    say(Severity::kError, items.back(),
        "too many types at one name: more than max-types-per-name " +
            std::to_string(limits_.max_types_per_name));
  } else if (types > NodeDraft::kMostRRsets) {
    say(Severity::kError, items.back(),
        "too many types at one name: more than " + std::to_string(NodeDraft::kMostRRsets));
  }
}

// ---- nodes and their ancestors

/// The bytes of a node that may be changed in place; a node of the base is copied first.
uint8_t* ContentWriter::own_node(Index& index, uint64_t hash, Ref& ref) {
  if (ref < own_from_) {
    const NodeView node = content_->node(ref);
    const size_t size = node.size();
    buffers_.scratch.assign(node.data(), node.data() + size);
    const Arena::Place place = content_->arena_.append(size);
    std::memcpy(place.data, buffers_.scratch.data(), size);
    index.replace(hash, ref, place.ref);
    content_->dead_bytes_ += size;
    if (ref == content_->apex_ref_ && &index == &content_->index_) content_->apex_ref_ = place.ref;
    ref = place.ref;
  }
  return content_->arena_.writable(ref);
}

uint8_t ContentWriter::add_child_to(const HashedName& name, size_t labels, bool child_is_wildcard) {
  Ref ref = content_->find_ref(content_->index_, name, labels);
  if (ref == 0) {
    // An empty non-terminal (RFC 4592 2.2.2).
    const NameView owner = name.suffix(labels);
    const Bytes own_labels = labels_of(owner);
    const uint8_t inherited = add_child_to(name, labels - 1, starts_with_wildcard(own_labels));
    ref = NodeDraft().write(content_->arena_, own_labels, inherited, 0);
    content_->index_.insert(name.hash[labels], ref, hash_of_);
  }
  uint8_t* node = own_node(content_->index_, name.hash[labels], ref);
  uint32_t children = 0;
  std::memcpy(&children, node + 4, sizeof children);
  children++;
  std::memcpy(node + 4, &children, sizeof children);
  if (child_is_wildcard) node[2] |= NodeView::kHasWildcard;
  const bool occludes = (node[2] & (NodeView::kCut | NodeView::kDname | NodeView::kMaybeOccluded)) != 0;
  return occludes ? NodeView::kMaybeOccluded : 0;
}

void ContentWriter::remove_child_from(const HashedName& name, size_t labels, bool child_is_wildcard) {
  Ref ref = content_->find_ref(content_->index_, name, labels);
  NOMEN_REQUIRE(ref != 0);
  uint8_t* node = own_node(content_->index_, name.hash[labels], ref);
  uint32_t children = 0;
  std::memcpy(&children, node + 4, sizeof children);
  NOMEN_REQUIRE(children > 0);
  children--;
  std::memcpy(node + 4, &children, sizeof children);
  if (child_is_wildcard) node[2] &= static_cast<uint8_t>(~NodeView::kHasWildcard);
  if (children == 0 && NodeView(node).is_empty() && labels > content_->apex_labels_) {
    remove_node(name, labels, content_->index_, ref);
  }
}

void ContentWriter::remove_node(const HashedName& name, size_t labels, Index& index, Ref ref) {
  const bool wildcard = starts_with_wildcard(labels_of(name.suffix(labels)));
  count(content_->node(ref), -1);
  content_->dead_bytes_ += content_->node(ref).size();
  index.remove(name.hash[labels], ref);
  if (&index == &content_->index_) remove_child_from(name, labels - 1, wildcard);
}

/// Writes the draft as the node that takes the place of `before`. `labels` is not in the arena; an empty node
/// takes the case of letters of the first owner that has data.
void ContentWriter::rewrite_node(Index& index, uint64_t hash, Ref before, Bytes labels, uint8_t kept_flags,
                                 uint32_t children) {
  constexpr uint8_t kOfPlace = NodeView::kMaybeOccluded | NodeView::kHasWildcard;
  constexpr uint8_t kOccluding = NodeView::kCut | NodeView::kDname;
  const uint8_t mixed = has_upper_case(labels) ? NodeView::kMixedCase : 0;
  const uint8_t flags = draft_.flags(is_apex(labels)) | (kept_flags & kOfPlace) | mixed;
  if ((flags & ~kept_flags & kOccluding) != 0 && children > 0) occlusion_changed_ = true;
  count(content_->node(before), -1);
  content_->dead_bytes_ += content_->node(before).size();
  const Ref now = draft_.write(content_->arena_, labels, flags, children);
  count(content_->node(now), 1);
  index.replace(hash, before, now);
  if (&index == &content_->index_ && before == content_->apex_ref_) content_->apex_ref_ = now;
}

/// After a zone cut or DNAME has come to stand above names that were there before.
void ContentWriter::mark_occluded() {
  std::vector<Ref> marked;
  content_->index_.for_each([&](Ref ref) {
    const NodeView node = content_->node(ref);
    if (node.has(NodeView::kMaybeOccluded | NodeView::kApex)) return;
    HashedName name;
    name.assign(node.owner(content_->apex_));
    // The apex is no zone cut for its own zone, but a DNAME there rewrites all that is below.
    for (size_t labels = content_->apex_labels_; labels < name.labels; labels++) {
      const NodeView above = content_->find(name, labels);
      if (above && above.has(NodeView::kCut | NodeView::kDname)) {
        marked.push_back(ref);
        return;
      }
    }
  });
  for (Ref ref : marked) {
    uint8_t* node = own_node(content_->index_, hash_of_(ref), ref);
    node[2] |= NodeView::kMaybeOccluded;
  }
}

// ---- a next version

Result<void> ContentWriter::apply(const Change& change) {
  struct Step {
    const RecordList* list;
    size_t entry;
    NameView owner;
    bool nsec3;
    size_t order;  ///< as they came: what is removed before what is added
  };
  std::vector<Step> steps;
  for (const RecordList* list : {&change.removed, &change.added}) {
    for (size_t i = 0; i < list->size(); i++) {
      const auto& entry = list->entries()[i];
      const auto type = static_cast<RRType>(entry.type);
      const NameView owner = list->owner(entry);
      if (!owner.is_at_or_below(content_->apex_))
        return failure("out-of-zone data (" + dns::to_string_no_dot(owner) + ")");
      if (touches_denial(type, list->rdata(entry))) denial_changed_ = true;
      steps.push_back({list, i, owner, belongs_to_nsec3(type, list->rdata(entry)), steps.size()});
    }
  }
  // Ancestors first: glue that comes with its delegation inherits the mark of a name below a zone cut.
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    if (a.nsec3 != b.nsec3) return a.nsec3 < b.nsec3;
    const auto order = a.owner <=> b.owner;
    return order != 0 ? order < 0 : a.order < b.order;
  });
  for (size_t i = 0; i < steps.size();) {
    const size_t first = i;
    while (i < steps.size() && steps[i].nsec3 == steps[first].nsec3 && steps[i].owner == steps[first].owner)
      i++;
    HashedName name;
    name.assign(steps[first].owner);
    Index& index = steps[first].nsec3 ? content_->nsec3_index_ : content_->index_;
    const Ref existing = content_->find_ref(index, name, name.labels);
    std::vector<uint8_t> before_bytes;
    if (existing != 0) {
      const NodeView node = content_->node(existing);
      before_bytes.assign(node.data(), node.data() + node.size());
    }
    draft_.clear();
    const NodeView before = existing != 0 ? NodeView(before_bytes.data()) : NodeView();
    if (before) draft_.add_all(before);
    for (size_t s = first; s < i; s++) {
      const RecordList& list = *steps[s].list;
      const auto& entry = list.entries()[steps[s].entry];
      const auto type = static_cast<RRType>(entry.type);
      if (&list == &change.removed) {
        if (!draft_.remove(type, list.rdata(entry))) {
          return failure("the change does not fit: " + dns::to_string(steps[s].owner) + " has no such " +
                         dns::to_string(type) + " record");
        }
      } else {
        draft_.set_ttl(type, list.rdata(entry), entry.ttl_s);
        draft_.add(type, entry.ttl_s, list.rdata(entry), 0);
      }
    }
    Diagnostics diagnostics;
    const std::string no_file;
    check_draft(steps[first].owner, &no_file, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.severity == Severity::kError) return failure(diagnostic.text);
    }
    const Bytes labels = labels_of(steps[first].owner);
    if (before) {
      if (draft_.empty() && before.children() == 0 && !is_apex(labels)) {
        remove_node(name, name.labels, index, existing);
      } else {
        rewrite_node(index, name.full_hash(), existing, before.is_empty() ? labels : before.labels(),
                     before.flags(), before.children());
      }
    } else if (!draft_.empty()) {
      uint8_t flags = draft_.flags(false) | (has_upper_case(labels) ? NodeView::kMixedCase : 0);
      if (!steps[first].nsec3) flags |= add_child_to(name, name.labels - 1U, starts_with_wildcard(labels));
      const Ref ref = draft_.write(content_->arena_, labels, flags, 0);
      count(content_->node(ref), 1);
      index.insert(name.full_hash(), ref, hash_of_);
    }
  }
  return {};
}

/// Copies what lives to an arena of its own, when more than half of the bytes belong to versions gone by.
void ContentWriter::compact() {
  Content& content = *content_;
  Arena arena;
  Ref apex = 0;
  const auto hash_of_moved = [&](Ref ref) { return hash_of(NodeView(arena.at(ref))); };
  for (Index* index : {&content.index_, &content.nsec3_index_}) {
    Index moved(index->size());
    index->for_each([&](Ref ref) {
      const NodeView node = content.node(ref);
      const size_t size = node.size();
      const Arena::Place place = arena.append(size);
      std::memcpy(place.data, node.data(), size);
      if (node.has(NodeView::kApex)) apex = place.ref;
      moved.insert(hash_of(node), place.ref, hash_of_moved);
    });
    *index = std::move(moved);
  }
  content.arena_ = std::move(arena);
  content.apex_ref_ = apex;
  content.dead_bytes_ = 0;
  denial_changed_ = true;
}

std::shared_ptr<const Content> ContentWriter::finish(Diagnostics& diagnostics) {
  flush_spilled(diagnostics);
  ensure_apex();
  if (limits_.max_records != 0 && content_->record_count_ > limits_.max_records) {
    diagnostics.push_back({Severity::kError,
                           {},
                           "too many records: more than max-records " + std::to_string(limits_.max_records)});
  }
  if (occlusion_changed_) mark_occluded();
  Content& content = *content_;
  if (first_version_) content.index_.fit(hash_of_);
  if (content.dead_bytes_ > content.arena_.used_bytes() / 2 || content.arena_.is_nearly_full()) compact();
  content.arena_.shrink();
  content.note_soa();
  if (denial_changed_) content.denial_ = Denial::of(content);
  return std::move(content_);
}

}  // namespace nomen::zone
