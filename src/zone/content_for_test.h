// For tests: contents out of master-file text, and all that a content holds as one text, so that two ways to
// one content can be compared.
// Thread rule: free functions.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/contract.h"
#include "dns/master_file.h"
#include "dns/rdata.h"
#include "zone/content_writer.h"

namespace nomen::zone {

inline dns::Name name_of(std::string_view text) {
  return *dns::Name::parse(text);
}

/// The content that `text` gives for the zone `apex`; what is said about it goes to `diagnostics`.
inline ContentPtr content_of(std::string_view text, std::string_view apex, Diagnostics& diagnostics,
                             const ContentLimits& limits = {}, size_t expected_names = 0) {
  const dns::Name origin = name_of(apex);
  dns::MasterFileOptions options;
  options.origin = origin;
  thread_local dns::MasterBuffers buffers;  // a fuzzer reads small texts one after the other
  options.buffers = &buffers;
  ContentWriter writer(origin, dns::RRClass::kIn, expected_names, limits);
  const auto summary = dns::read_master_text(
      text, "zone", options, [&](const dns::RecordBatch& batch) { writer.add(batch, diagnostics); });
  diagnostics.insert(diagnostics.begin(), summary.diagnostics.begin(), summary.diagnostics.end());
  return writer.finish(diagnostics);
}
inline ContentPtr content_of(std::string_view text, std::string_view apex) {
  Diagnostics diagnostics;
  ContentPtr content = content_of(text, apex, diagnostics);
  NOMEN_REQUIRE(!has_error(diagnostics));
  return content;
}

/// One line a node (owner, children, the flags that follow from what is there now) and one an RR, sorted; and
/// the counts. The mark of a name that may be occluded is left out: it may outlive its reason. So is the case
/// of names without data: nobody sees it.
inline std::string describe(const Content& content) {
  std::vector<std::string> nodes;
  content.for_each_node([&](NodeView node, Ref) {
    const bool hashed = static_cast<bool>(node.find(dns::RRType::kNsec3));
    const dns::Name owner = node.owner(content.apex());
    const int unseen = NodeView::kMaybeOccluded | (node.is_empty() ? NodeView::kMixedCase : 0);
    std::string text = dns::to_string(node.is_empty() ? owner.lowered() : owner) + (hashed ? " hashed" : "") +
                       " children " + std::to_string(node.children()) + " flags " +
                       std::to_string(node.flags() & ~unseen) + "\n";
    node.for_each([&](RRsetView set) {
      set.for_each([&](Bytes rdata) {
        text += "  " + std::to_string(set.ttl_s()) + " " + dns::to_string(set.type()) + " " +
                dns::rdata_to_text(set.type(), content.rr_class(), rdata) + "\n";
      });
    });
    nodes.push_back(std::move(text));
  });
  std::sort(nodes.begin(), nodes.end());
  std::string all = "serial " + std::to_string(content.serial().value) + " records " +
                    std::to_string(content.record_count()) + " names " +
                    std::to_string(content.name_count()) + " nodes " + std::to_string(content.node_count()) +
                    "\n";
  for (const std::string& node : nodes) all += node;
  return all;
}

}  // namespace nomen::zone
