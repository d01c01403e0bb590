#include "tools/checkzone_trial.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "base/os/file.h"
#include "base/os/usable_cores.h"
#include "dns/master_file.h"
#include "tools/host_lookup.h"
#include "zone/check_record.h"
#include "zone/check_survey.h"
#include "zone/content_writer.h"
#include "zone/raw.h"

namespace nomen::tools {

namespace {

constexpr size_t kBytesPerName = 64;  // of a master file, to guess the number of names by

bool is_regular_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// By file and line, files in the order in which they are first spoken of.
void sort_by_place(Diagnostics& diagnostics) {
  std::vector<std::string> files;
  const auto number = [&](const std::string& file) {
    const auto at = std::find(files.begin(), files.end(), file);
    if (at != files.end()) return at - files.begin();
    files.push_back(file);
    return static_cast<std::ptrdiff_t>(files.size()) - 1;
  };
  for (const Diagnostic& diagnostic : diagnostics) number(diagnostic.position.file);
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    const auto in_a = number(a.position.file);
    const auto in_b = number(b.position.file);
    return in_a != in_b ? in_a < in_b : a.position.line < b.position.line;
  });
}

class ZoneTrial {
 public:
  explicit ZoneTrial(const CheckzoneOptions& options)
      : options_(options),
        path_(options.file.empty() ? "/dev/stdin" : options.file),
        checks_(options.checks) {
    if (options.asks_the_world && checks_.integrity) checks_.external = find_host;
    master_.origin = options.zone;
    master_.rr_class = options.rr_class;
    master_.threads = os::usable_cores();
    if (options.dump) trial_.spellings = std::make_unique<zone::Spellings>(options.zone);
  }

  Trial run() {
    if (options_.input == ZoneFormat::kRaw) {
      build_from_raw();
    } else if (!survey()) {
      build_from_text();
    }
    return std::move(trial_);
  }

 private:
  /// Reads without building anything, where that is enough; true when all is said.
  bool survey() {
    if (checks_.integrity || options_.dump || !is_regular_file(path_)) return false;
    zone::RecordCheck record_check(options_.zone, checks_);
    zone::ZoneSurvey survey(options_.zone);
    Diagnostics found;
    const auto summary = dns::read_master_file(path_, master_, [&](const dns::RecordBatch& batch) {
      record_check.add(batch, found);
      survey.add(batch);
    });
    if (!summary || summary->errors != 0 || record_check.errors() != 0 || !survey.is_surely_good())
      return false;
    trial_.records = summary->records;
    trial_.diagnostics = summary->diagnostics;
    add_by_place(std::move(found));
    trial_.serial = survey.serial();
    trial_.is_good = true;
    return true;
  }

  void build_from_text() {
    const auto stamp = os::file_stamp(path_);
    zone::ContentWriter writer(options_.zone, options_.rr_class, stamp ? stamp->size / kBytesPerName : 0,
                               no_limits());
    zone::RecordCheck record_check(options_.zone, checks_);
    Diagnostics found;
    auto summary = dns::read_master_file(path_, master_, [&](const dns::RecordBatch& batch) {
      record_check.add(batch, found);
      if (trial_.spellings) trial_.spellings->add(batch);
      writer.add(batch, found);
    });
    if (!summary) {
      trial_.failure = is_missing() ? "file not found" : summary.error().text;
      return;
    }
    trial_.records = summary->records;
    trial_.diagnostics = std::move(summary->diagnostics);
    add_by_place(std::move(found));
    if (summary->errors != 0 || record_check.errors() != 0) {
      trial_.failure = first_error();
      return;
    }
    finish(writer);
  }

  void build_from_raw() {
    const auto file = os::read_file(path_);
    if (!file) {
      trial_.failure = is_missing() ? "file not found" : file.error().text;
      return;
    }
    zone::ContentWriter writer(options_.zone, options_.rr_class, file->size() / kBytesPerName, no_limits());
    Diagnostics found;
    const auto header = zone::read_raw(as_bytes(*file), options_.zone, options_.rr_class, path_,
                                       [&](const dns::RecordBatch& batch) {
                                         trial_.records += batch.records.size();
                                         if (trial_.spellings) trial_.spellings->add(batch);
                                         writer.add(batch, found);
                                       });
    add_by_place(std::move(found));
    if (!header) {
      trial_.failure = header.error().text;
      return;
    }
    finish(writer);
  }

  void finish(zone::ContentWriter& writer) {
    trial_.content = writer.finish(trial_.diagnostics);
    zone::CheckResult result = zone::check_content(*trial_.content, checks_, nullptr, master_.threads);
    trial_.is_good = result.usable;
    trial_.serial = trial_.content->serial();
    trial_.is_signed = zone::is_dnssec_signed(*trial_.content);
    for (Diagnostic& diagnostic : result.diagnostics) trial_.diagnostics.push_back(std::move(diagnostic));
  }

  /// A tool says what it is asked about; limits are the server's affair.
  static zone::ContentLimits no_limits() { return zone::kNoLimits; }
  bool is_missing() const {
    struct stat status{};
    return stat(path_.c_str(), &status) != 0 && errno == ENOENT;
  }
  void add_by_place(Diagnostics found) {
    for (Diagnostic& diagnostic : found) trial_.diagnostics.push_back(std::move(diagnostic));
    sort_by_place(trial_.diagnostics);
  }
  std::string first_error() const {
    for (const Diagnostic& diagnostic : trial_.diagnostics) {
      if (diagnostic.severity == Severity::kError) return diagnostic.text;
    }
    return "errors that are not shown";
  }

  const CheckzoneOptions& options_;
  const std::string path_;
  zone::CheckOptions checks_;
  dns::MasterFileOptions master_;
  Trial trial_;
};

}  // namespace

Trial try_zone(const CheckzoneOptions& options) {
  return ZoneTrial(options).run();
}

}  // namespace nomen::tools
