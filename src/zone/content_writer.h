// Makes contents: the first version of a zone from records as they come, a next version from a Change.
// Thread rule: belongs to one thread; what finish() gives may be read by all.
#pragma once
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "dns/hashed_name.h"
#include "dns/master_file.h"
#include "zone/change.h"
#include "zone/content.h"
#include "zone/limits.h"
#include "zone/node_draft.h"
#include "zone/run_ttls.h"

namespace nomen::zone {

/// Records of one owner that stand together in a batch.
struct OwnerGroup {
  uint64_t hash;
  uint32_t first;
  uint32_t count;
  uint8_t owner_size;
  bool has_nsec3;
  bool has_other;
  bool parent_is_apex;
};

/// Memory that one writer after another uses again: who makes many small zones keeps one of these.
/// Thread rule: for one writer at a time.
struct WriterBuffers {
  NodeDraft draft;
  RunTtls ttls;
  std::vector<OwnerGroup> groups;
  std::vector<uint8_t> scratch;  ///< a node that is about to be written anew
};

class ContentWriter {
 public:
  /// An empty zone; `expected_names` only sizes the index. `buffers` outlives the writer; nullptr: memory of
  /// its own.
  ContentWriter(dns::NameView apex, dns::RRClass rr_class, size_t expected_names, const ContentLimits& limits,
                WriterBuffers* buffers = nullptr);
  /// A next version that shares what is not changed.
  ContentWriter(const Content& base, const ContentLimits& limits);
  ContentWriter(const ContentWriter&) = delete;
  ContentWriter& operator=(const ContentWriter&) = delete;

  /// Adds records in file order. Out-of-zone data is left out with a warning; of an RRset whose
  /// TTLs differ the file's last run of it says the TTL (run_ttls.h); what goes over a limit is an error. For
  /// the first version only.
  void add(const dns::RecordBatch& batch, Diagnostics& diagnostics);

  /// Applies a change, and further ones on top of it; fails when a removed RR is not there (nothing may be
  /// published then).
  Result<void> apply(const Change& change);

  /// The state so far, to look names up in until the next change; its serial() is the base's. Views of its
  /// nodes last until then.
  const Content& draft() const { return *content_; }

  /// The version; what goes over a limit of the whole zone is added to `diagnostics`. The writer is spent.
  std::shared_ptr<const Content> finish(Diagnostics& diagnostics);

 private:
  ContentWriter(std::shared_ptr<Content> content, const ContentLimits& limits, WriterBuffers* buffers);
  void prepare(const dns::RecordBatch& batch, Diagnostics& diagnostics);
  void ensure_apex();
  void add_group(const dns::RecordBatch& batch, const OwnerGroup& group, Diagnostics& diagnostics);
  void merge_group(Index& index, Ref existing, const dns::RecordBatch& batch, const OwnerGroup& group,
                   Diagnostics& diagnostics);
  void check_draft(dns::NameView owner, const std::string* file, Diagnostics& diagnostics);
  void flush_spilled(Diagnostics& diagnostics);
  void count(NodeView node, int sign);
  void count_draft();

  void remove_node(const dns::HashedName& name, size_t labels, Index& index, Ref ref);
  void rewrite_node(Index& index, uint64_t hash, Ref before, Bytes labels, uint8_t kept_flags,
                    uint32_t children);

  /// Makes the node of the suffix of `labels` labels exist and counts one child more there.
  /// Returns the flags that the child inherits.
  uint8_t add_child_to(const dns::HashedName& name, size_t labels, bool child_is_wildcard);
  void remove_child_from(const dns::HashedName& name, size_t labels, bool child_is_wildcard);
  uint8_t* own_node(Index& index, uint64_t hash, Ref& ref);
  void mark_occluded();
  void compact();
  uint64_t hash_of(NodeView node) const;
  Bytes labels_of(dns::NameView owner) const {
    return owner.bytes().first(owner.size() - content_->apex_.size());
  }
  bool is_apex(Bytes labels) const { return labels.empty(); }

  std::shared_ptr<Content> content_;
  ContentLimits limits_;
  const std::unique_ptr<WriterBuffers> own_buffers_;  ///< where none are lent
  WriterBuffers& buffers_;
  NodeDraft& draft_;  ///< of the buffers
  const Index::HashOf hash_of_ = [this](Ref ref) { return hash_of(content_->node(ref)); };
  /// RRs for names whose node is already large, so that a file that keeps coming back to one name costs a
  /// merge at the end instead of a merge each time.
  std::unordered_map<Ref, RecordList> spilled_;
  Ref own_from_ = 0;  ///< nodes from here on are this writer's own and may be changed in place
  bool occlusion_changed_ = false;
  bool denial_changed_ = false;
  bool first_version_ = false;
};

}  // namespace nomen::zone
