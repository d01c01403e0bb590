#include "server/edited_version.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "zone/content_writer.h"

namespace nomen::server {

namespace {

constexpr size_t kSoaNumbersBytes = 20;

/// `change` whose new SOA, that of `edited`, has another serial.
zone::Change with_serial(const zone::Content& served, const zone::Content& edited, const zone::Change& change,
                         dns::Serial serial) {
  zone::Change out;
  const dns::Name apex(served.apex());
  const zone::RRsetView before = served.apex_node().find(dns::RRType::kSoa);
  const zone::RRsetView after = edited.apex_node().find(dns::RRType::kSoa);
  const Bytes rdata = after.first_rdata();
  std::vector<uint8_t> soa(rdata.begin(), rdata.end());
  store_u32(soa.data() + soa.size() - kSoaNumbersBytes, serial.value);
  out.removed.add(apex, dns::RRType::kSoa, before.ttl_s(), before.first_rdata());
  out.added.add(apex, dns::RRType::kSoa, after.ttl_s(), soa);
  const auto copy = [](const zone::RecordList& from, zone::RecordList& to) {
    for (const auto& entry : from.entries()) {
      if (!entry.is_soa())
        to.add(from.owner(entry), static_cast<dns::RRType>(entry.type), entry.ttl_s, from.rdata(entry));
    }
  };
  copy(change.removed, out.removed);
  copy(change.added, out.added);
  return out;
}

}  // namespace

Result<EditedVersion> edited_version(const zone::ContentPtr& served, zone::ContentPtr edited,
                                     std::shared_ptr<const zone::Change> change, update::SerialMethod method,
                                     uint64_t now_s) {
  const dns::Serial before = served->serial();
  const dns::Serial after = edited->serial();
  if (after.is_after(before)) return EditedVersion{std::move(edited), std::move(change), false};
  if (!(after == before))
    return failure(
        fmt::format("its serial {} is not later than {}, which is served", after.value, before.value));
  EditedVersion version;
  version.serial_raised = true;
  version.change = std::make_shared<const zone::Change>(
      with_serial(*served, *edited, *change, update::next_serial(before, method, now_s)));
  zone::ContentWriter writer(*served, zone::kNoLimits);
  if (auto applied = writer.apply(*version.change); !applied) return std::unexpected(applied.error());
  Diagnostics diagnostics;
  version.content = writer.finish(diagnostics);
  return version;
}

}  // namespace nomen::server
