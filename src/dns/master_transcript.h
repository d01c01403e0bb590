// For tests and fuzzers: everything that comes of a master file, as one text, so that two ways of reading it
// can be compared; and a kernel that leaves all to the general reader. Thread rule: free functions.
#pragma once
#include <string>

#include "base/contract.h"
#include "dns/hostname.h"
#include "dns/master_reader.h"

namespace nomen::dns {

/// Reads nothing itself; cuts by the plain scan.
inline const MasterKernel kDecliningKernel{"declining", [](RecordRun&, const uint8_t* at) { return at; },
                                           kPlainKernel.scan_cuts, kPlainKernel.count_lines};

/// What `target_is_host` promises: of the name that the rdata of an NS, CNAME, PTR, MX or SRV ends in, and of
/// both that stand in an SOA.
inline bool has_hosts_as_targets(const RecordBatch& batch, const BatchRecord& record) {
  const auto type = static_cast<RRType>(record.type);
  const size_t before = type == RRType::kMx ? 2 : type == RRType::kSrv ? 6 : 0;
  const Bytes rdata = batch.rdata(record).subspan(before);
  const auto first = Name::from_wire(rdata);
  if (!first || !is_hostname(*first)) return false;
  if (type != RRType::kSoa) return true;
  const auto second = Name::from_wire(rdata.subspan(first->size()));
  return second && is_hostname(*second);
}

/// One line a record (owner and rdata in hex) and a diagnostic. A batch that breaks its promises ends the
/// process.
inline std::string master_transcript(std::string_view text, const MasterFileOptions& options,
                                     const MasterTuning& tuning) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  const auto add_hex = [&out](Bytes bytes) {
    for (const uint8_t byte : bytes) {
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
    out += ' ';
  };
  const auto add_number = [&out](uint64_t number) { out += std::to_string(number) + ' '; };
  const MasterFileSummary summary =
      MasterReader(options, tuning, [&](const RecordBatch& batch) {
        for (size_t i = 0; i < batch.records.size(); i++) {
          const BatchRecord& record = batch.records[i];
          NOMEN_ENSURE(record.rdata_at + record.rdata_size + 64 <= batch.bytes.size());
          NOMEN_ENSURE(!record.same_owner || (i != 0 && batch.records[i - 1].owner_at == record.owner_at));
          NOMEN_ENSURE(!record.owner_is_host || is_hostname(batch.owner(record)));
          NOMEN_ENSURE(!record.target_is_host || has_hosts_as_targets(batch, record));
          add_hex(batch.owner(record).bytes());
          add_number(record.ttl_s);
          add_number(record.type);
          add_number(record.rr_class);
          add_number(record.line);
          add_hex(batch.rdata(record));
          out += *batch.file + '\n';
        }
      }).read(TextInput(text), "z");
  for (const Diagnostic& diagnostic : summary.diagnostics) out += to_string(diagnostic) + '\n';
  add_number(summary.records);
  add_number(summary.errors);
  return out;
}

}  // namespace nomen::dns
