#include "zone/run_ttls.h"

#include <algorithm>

namespace nomen::zone {

namespace {

uint32_t kind_of(const dns::RecordBatch& batch, const dns::BatchRecord& record) {
  const Bytes rdata = batch.rdata(record);
  const bool covers = record.type == dns::number(dns::RRType::kRrsig) && rdata.size() >= 2;
  return record.type | (covers ? uint32_t{load_u16(rdata.data())} << 16 : 0);
}

}  // namespace

/// `ttl_s` becomes what the run has for the kind; false when that is another one than `now` says.
bool RunTtls::add(KindTtls& run, KindTtl now, uint32_t& ttl_s) {
  const auto at = std::lower_bound(run.begin(), run.end(), now.kind,
                                   [](KindTtl of, uint32_t kind) { return of.kind < kind; });
  const bool is_known = at != run.end() && at->kind == now.kind;
  ttl_s = is_known ? at->ttl_s : now.ttl_s;
  if (!is_known) run.insert(at, now);
  return ttl_s == now.ttl_s;
}

/// Whether record number `i` stands in the run of the one before it.
bool RunTtls::continues(const dns::RecordBatch& batch, size_t i) const {
  const dns::BatchRecord& record = batch.records[i];
  return record.same_owner || equal(batch.owner(record).bytes(), batch.owner(batch.records[i - 1]).bytes());
}

void RunTtls::begin(const dns::RecordBatch& batch, Diagnostics& diagnostics) {
  ttls_s_.clear();
  const auto& records = batch.records;
  if (records.empty()) return;
  const bool goes_on = !open_run_.empty() && equal(batch.owner(records[0]).bytes(), open_owner_.bytes());
  if (!goes_on) open_run_.clear();
  size_t i = goes_on ? settle_run(batch, 0, diagnostics) : 1;
  while (i < records.size()) {
    if (records[i].ttl_s == records[i - 1].ttl_s || !continues(batch, i)) {
      i++;
      continue;
    }
    size_t first = i - 1;
    while (first > 0 && continues(batch, first)) first--;
    i = settle_run(batch, first, diagnostics);
  }
  keep_last_run(batch);
}

/// Goes through the run that begins at record `first`; the result is where the next one begins.
size_t RunTtls::settle_run(const dns::RecordBatch& batch, size_t first, Diagnostics& diagnostics) {
  run_.clear();
  if (first == 0) run_ = open_run_;
  size_t i = first;
  do {
    const dns::BatchRecord& record = batch.records[i];
    uint32_t prior_s = 0;
    if (add(run_, {kind_of(batch, record), record.ttl_s}, prior_s)) continue;
    diagnostics.push_back({Severity::kWarning,
                           {*batch.file, record.line, 0},
                           "TTL set to prior TTL (" + std::to_string(prior_s) + ")"});
    if (ttls_s_.empty()) {
      for (const dns::BatchRecord& each : batch.records) ttls_s_.push_back(each.ttl_s);
    }
    ttls_s_[i] = prior_s;
  } while (++i < batch.records.size() && continues(batch, i));
  return i;
}

void RunTtls::keep_last_run(const dns::RecordBatch& batch) {
  size_t i = batch.records.size() - 1;
  while (i > 0 && continues(batch, i)) i--;
  if (i > 0) open_run_.clear();
  open_owner_ = dns::Name(batch.owner(batch.records[i]));
  for (; i < batch.records.size(); i++) {
    uint32_t ignored_s = 0;
    add(open_run_, {kind_of(batch, batch.records[i]), ttl_s(batch, i)}, ignored_s);
  }
}

}  // namespace nomen::zone
