#include "zone/load.h"

#include <memory>

#include "base/os/file.h"
#include "zone/content_writer.h"
#include "zone/reload.h"

namespace nomen::zone {

namespace {

constexpr size_t kBytesPerName = 64;  // of a master file, to guess the number of names by

/// Messages are for people: more than these are only counted.
constexpr size_t kMostDiagnostics = 1000;

Result<dns::MasterFileSummary> build(const LoadRequest& request, const dns::MasterFileOptions& options, Diagnostics& found, ContentPtr& content) {
  const auto stamp = os::file_stamp(request.path);
  ContentWriter writer(request.apex, request.rr_class, stamp ? stamp->size / kBytesPerName : 0, request.limits);
  auto summary = dns::read_master_file(request.path, options, [&](const dns::RecordBatch& batch) { writer.add(batch, found); });
  if (summary && summary->errors == 0) content = writer.finish(found);
  return summary;
}

Result<dns::MasterFileSummary> rebuild(const LoadRequest& request, const dns::MasterFileOptions& options, Diagnostics& found, LoadResult& result) {
  Difference difference(request.previous);
  auto summary = dns::read_master_file(request.path, options, [&](const dns::RecordBatch& batch) { difference.add(batch, found); });
  if (!summary || summary->errors != 0) return summary;
  const Change change = difference.finish();
  if (change.empty()) {
    result.content = request.previous;
    result.changed = false;
    return summary;
  }
  ContentWriter writer(*request.previous, request.limits);
  if (const auto applied = writer.apply(change); !applied) {
    found.push_back({Severity::kError, {request.path, 0, 0}, applied.error().text});
  } else {
    result.content = writer.finish(found);
  }
  return summary;
}

}  // namespace

LoadResult load_zone(const LoadRequest& request) {
  LoadResult result;
  dns::MasterFileOptions options;
  options.origin = request.apex;
  options.rr_class = request.rr_class;
  options.threads = request.threads;
  options.max_diagnostics = kMostDiagnostics;
  options.max_ttl_s = request.max_ttl_s.value_or(0);
  options.include_directory = request.include_directory;
  Diagnostics found;
  auto summary = request.previous ? rebuild(request, options, found, result) : build(request, options, found, result.content);
  if (!summary) {
    result.content = nullptr;
    result.errors = 1;
    result.diagnostics.push_back({Severity::kError, {}, summary.error().text});
    return result;
  }
  result.records_read = summary->records;
  result.errors = summary->errors;
  result.diagnostics = std::move(summary->diagnostics);
  for (Diagnostic& diagnostic : found) {
    if (diagnostic.severity == Severity::kError) result.errors++;
    if (result.diagnostics.size() < kMostDiagnostics) result.diagnostics.push_back(std::move(diagnostic));
  }
  if (result.errors > 0) result.content = nullptr;
  return result;
}

}  // namespace nomen::zone
