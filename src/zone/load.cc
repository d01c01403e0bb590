#include "zone/load.h"

#include <optional>
#include <utility>

#include "base/os/blocks.h"
#include "base/os/file.h"
#include "zone/check_record.h"
#include "zone/content_writer.h"
#include "zone/raw.h"
#include "zone/reload.h"

namespace nomen::zone {

namespace {

constexpr size_t kBytesPerName = 64;           // of a master file, to guess the number of names by
constexpr size_t kLargeFileBytes = 16U << 20;  // its content is several blocks

/// Messages are for people: more than these are only counted.
constexpr size_t kMostDiagnostics = 1000;

/// One load on its way.
class ZoneLoad {
 public:
  ZoneLoad(const LoadRequest& request, LoadResult& result)
      : request_(request), result_(result), record_check_(request.apex, request.checks) {}

  void run() {
    auto file = os::SequentialFile::open(request_.path,
                                         request_.buffers != nullptr ? &request_.buffers->files : nullptr);
    if (!file) {
      refuse(file.error().text);
    } else {
      result_.stamp = file->stamp();
      if (request_.previous) {
        compare(*file);
      } else {
        build(*file);
      }
    }
    take_found();
    if (result_.errors > 0) result_.content = nullptr;
    if (result_.content != nullptr && result_.changed) check();
  }

 private:
  void build(os::SequentialFile& file) {
    std::optional<os::BlocksAhead> ahead;
    if (request_.threads > 1 && file.size() >= kLargeFileBytes) ahead.emplace();
    ContentWriter writer(request_.apex, request_.rr_class, file.size() / kBytesPerName, request_.limits,
                         request_.buffers != nullptr ? &request_.buffers->writer : nullptr);
    if (read(file, [&](const dns::RecordBatch& batch) { writer.add(batch, found_); }))
      result_.content = writer.finish(found_);
  }

  /// Against the version that is there: only what differs is made.
  void compare(os::SequentialFile& file) {
    Difference difference(request_.previous);
    if (!read(file, [&](const dns::RecordBatch& batch) { difference.add(batch, found_); })) return;
    auto change = std::make_shared<const Change>(difference.finish());
    if (change->empty()) {
      result_.content = request_.previous;
      result_.changed = false;
      return;
    }
    ContentWriter writer(*request_.previous, request_.limits);
    if (const auto applied = writer.apply(*change); !applied) {
      found_.push_back({Severity::kError, {request_.path, 0, 0}, applied.error().text});
    } else {
      result_.content = writer.finish(found_);
      result_.change = std::move(change);
    }
  }

  /// Hands all records to `take`, and the file is spent; false when there is nothing to go on with.
  template <class Take>
  bool read(os::SequentialFile& file, const Take& take) {
    const auto consume = [&](const dns::RecordBatch& batch) {
      record_check_.add(batch, found_);
      take(batch);
    };
    const bool read = request_.is_raw ? read_raw_file(consume) : read_text(file, consume);
    result_.errors += record_check_.errors();
    return read && result_.errors == 0;
  }

  bool read_text(os::SequentialFile& file, const dns::ConsumeBatch& consume) {
    dns::MasterFileOptions options;
    options.origin = request_.apex;
    options.rr_class = request_.rr_class;
    options.threads = request_.threads;
    options.max_diagnostics = kMostDiagnostics;
    options.include_directory = request_.include_directory;
    if (request_.buffers != nullptr) options.buffers = &request_.buffers->master;
    dns::MasterFileSummary summary = dns::read_master_file(file, request_.path, options, consume);
    result_.records_read = summary.records;
    result_.errors += summary.errors;
    result_.diagnostics = std::move(summary.diagnostics);
    result_.included = std::move(summary.included);
    return true;
  }

  bool read_raw_file(const dns::ConsumeBatch& consume) {
    const auto file = os::read_file(request_.path);
    if (!file) return refuse(file.error().text);
    const auto header = zone::read_raw(as_bytes(*file), request_.apex, request_.rr_class, request_.path,
                                       [&](const dns::RecordBatch& batch) {
                                         result_.records_read += batch.records.size();
                                         consume(batch);
                                       });
    return header ? true : refuse(header.error().text);
  }

  bool refuse(std::string why) {
    result_.errors++;
    result_.diagnostics.push_back({Severity::kError, {}, std::move(why)});
    return false;
  }

  void take_found() {
    const uint64_t told = record_check_.errors();
    uint64_t errors = 0;
    for (Diagnostic& diagnostic : found_) {
      if (diagnostic.severity == Severity::kError) errors++;
      if (result_.diagnostics.size() < kMostDiagnostics) result_.diagnostics.push_back(std::move(diagnostic));
    }
    if (errors > told) result_.errors += errors - told;
  }

  void check() {
    CheckResult checked =
        check_content(*result_.content, request_.checks,
                      request_.buffers != nullptr ? &request_.buffers->check : nullptr, request_.threads);
    result_.is_signed = is_dnssec_signed(*result_.content);
    for (Diagnostic& diagnostic : checked.diagnostics) result_.diagnostics.push_back(std::move(diagnostic));
    if (checked.usable) return;
    result_.errors++;
    result_.content = nullptr;
  }

  const LoadRequest& request_;
  LoadResult& result_;
  RecordCheck record_check_;
  Diagnostics found_;  ///< beside what the reader of the file says
};

}  // namespace

LoadResult load_zone(const LoadRequest& request) {
  LoadResult result;
  ZoneLoad(request, result).run();
  return result;
}

}  // namespace nomen::zone
