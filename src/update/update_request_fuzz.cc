// UPDATE messages are bytes of somebody else's; whatever they ask for, the zone stays one.
#include "base/contract.h"
#include "update/batch.h"
#include "zone/content_for_test.h"

namespace {

using namespace nomen;

zone::ContentPtr small_zone() {
  return zone::content_of(
      "@ 300 SOA ns host 10 1 2 3 4\n@ 300 NS ns\nns 300 A 192.0.2.1\nwww 300 A 192.0.2.2\nwww 300 TXT "
      "\"a\"\n"
      "alias 300 CNAME www\nsub 300 NS ns.sub\nns.sub 300 A 192.0.2.4\nmail 300 MX 5 ns\na.b.c 300 AAAA "
      "::1\n",
      "example.");
}

/// What every version of a zone keeps to.
void require_sound(const zone::Content& content) {
  const zone::NodeView apex = content.apex_node();
  NOMEN_REQUIRE(apex.find(dns::RRType::kSoa).count() == 1);
  NOMEN_REQUIRE(apex.find(dns::RRType::kNs));
  uint64_t records = 0;
  content.for_each_node([&](zone::NodeView node, zone::Ref) {
    node.for_each([&](zone::RRsetView set) {
      records += set.count();
      if (set.type() == dns::RRType::kCname)
        NOMEN_REQUIRE(set.count() == 1 && !node.find(dns::RRType::kA) && !node.find(dns::RRType::kNs));
      if (set.type() == dns::RRType::kSoa) NOMEN_REQUIRE(node.has(zone::NodeView::kApex));
    });
  });
  NOMEN_REQUIRE(records == content.record_count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const zone::ContentPtr base = small_zone();
  static const std::string base_text = zone::describe(*base);
  if (size > 65535) return 0;
  const auto request = update::read_update({data, size});
  if (!request) return 0;
  const update::UpdateSettings settings;
  update::UpdateBatch batch(base, settings, 1795236720);
  update::UpdateNotes notes;
  batch.add(*request, {}, &notes);
  batch.add(*request, {}, &notes);  // once more, on top
  const auto result = batch.finish();
  require_sound(*result.content);
  NOMEN_REQUIRE(zone::describe(*base) == base_text);
  if (result.content == base) return 0;
  NOMEN_REQUIRE(result.content->serial().is_after(base->serial()));
  zone::ContentWriter writer(*base, {.max_records_per_type = 0, .max_types_per_name = 0});
  NOMEN_REQUIRE(writer.apply(result.change).has_value());
  Diagnostics diagnostics;
  NOMEN_REQUIRE(zone::describe(*writer.finish(diagnostics)) == zone::describe(*result.content));
  return 0;
}
