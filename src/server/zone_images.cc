#include "server/zone_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "dns/name.h"
#include "server/loader.h"
#include "zone/image.h"

namespace nomen::server {

namespace {

/// Smaller zones are read from their files in a few hundredths of a second.
constexpr size_t kLeastContentBytes = size_t{4} << 20;
constexpr size_t kMostNameBytes = 200;
constexpr const char* kSuffix = ".image";
constexpr int kImageNice = 19;

void warn_of_image(const std::string& text) {
  log(LogCategory::kGeneral, LogSeverity::kWarning, "server", "{}", text);
}

/// "VIEW,example.com,IN.image": what is not a letter, a digit or one of -_. is written in hexadecimal.
std::string image_name(const config::Zone& zone, const std::string& view) {
  const std::string text =
      view + "," + dns::to_string_no_dot(dns::Name(zone.name())) + "," + dns::to_string(zone.rr_class);
  std::string name;
  for (const char c : text) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
    const bool plain = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '-' || low == '_' ||
                       low == ',' || low == '.';
    name += plain ? std::string(1, low) : fmt::format("%{:02x}", static_cast<uint8_t>(low));
  }
  return name + kSuffix;
}

/// What of the configuration decides how a file is read and judged, as the first line of a note.
std::string settings_line(const zone::LoadRequest& request) {
  const zone::CheckOptions& c = request.checks;
  const auto level = [](zone::Strictness strictness) { return static_cast<unsigned>(strictness); };
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", request.is_raw ? "raw" : "text",
                     request.limits.max_records, request.limits.max_records_per_type,
                     request.limits.max_types_per_name, c.max_ttl_s, c.integrity, c.sibling_glue,
                     level(c.names), level(c.ns_addresses), level(c.mx_addresses), level(c.mx_cname),
                     level(c.srv_cname), level(c.duplicate_records), c.wildcard, c.spf, c.repeated_origin);
}

std::string file_line(const std::string& path, const os::FileStamp& stamp) {
  return fmt::format("{} {} {}\n", stamp.mtime_ns, stamp.size, path);
}

/// The file of a line of a note, if it is still as the line says.
std::optional<std::pair<std::string, os::FileStamp>> unchanged_file(std::string_view line) {
  os::FileStamp stamp;
  const char* const end = line.data() + line.size();
  const auto time = std::from_chars(line.data(), line.data() + line.size(), stamp.mtime_ns);
  if (time.ec != std::errc{} || time.ptr == end) return std::nullopt;
  const auto size = std::from_chars(time.ptr + 1, end, stamp.size);
  if (size.ec != std::errc{} || size.ptr == end) return std::nullopt;
  std::string path(size.ptr + 1, end);
  const auto now = os::file_stamp(path);
  if (!now || !(*now == stamp)) return std::nullopt;
  return std::pair(std::move(path), stamp);
}

/// Fills in the files of a note when all of them are as they were.
bool take_files(std::string_view lines, zone::LoadResult& result) {
  bool is_first = true;
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (end == std::string_view::npos) return false;
    auto file = unchanged_file(lines.substr(0, end));
    if (!file) return false;
    lines.remove_prefix(end + 1);
    if (std::exchange(is_first, false)) {
      result.stamp = file->second;
    } else {
      result.included.push_back(std::move(file->first));
    }
  }
  return !is_first;
}

/// The note of an image of what the zone's files say; empty where one of them may have changed since.
std::string note_of(const KeptZone& zone, const std::string& directory) {
  const zone::LoadRequest request = load_request(*zone.config, directory);
  std::vector<std::pair<std::string, os::FileStamp>> files{{request.path, zone.stamp}};
  if (zone.included != nullptr) files.insert(files.end(), zone.included->begin(), zone.included->end());
  std::string note = settings_line(request);
  for (const auto& [path, stamp] : files) {
    if (stamp == os::FileStamp{} || path.find('\n') != std::string::npos) return {};
    note += file_line(path, stamp);
  }
  return note;
}

}  // namespace

std::optional<zone::LoadResult> load_image(const std::string& path, const config::Zone& zone,
                                           const std::string& directory) {
  const auto note = zone::read_image_note(path);
  const std::string settings = settings_line(load_request(zone, directory));
  if (!note || !note->starts_with(settings)) return std::nullopt;
  zone::LoadResult result;
  if (!take_files(std::string_view(*note).substr(settings.size()), result)) return std::nullopt;
  auto image = zone::read_image(path, zone.name(), zone.rr_class);
  if (!image) {
    warn_of_image("an image of a zone is not used: " + image.error().text);
    return std::nullopt;
  }
  result.is_signed = zone::is_dnssec_signed(*image->content);
  result.content = std::move(image->content);
  return result;
}

ZoneImages::ZoneImages()
    : jobs_({.nice = kImageNice}, [this](const std::vector<Job>& jobs) { work(jobs.front()); }) {}

ZoneImages::~ZoneImages() {
  stop_.request_stop();
  jobs_.drop([](const Job&) { return true; });
}

void ZoneImages::open(const std::string& directory, bool wanted) {
  directory_ = directory;
  wanted_ = wanted;
  names_.clear();
  if (!wanted) return;
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(directory_) / kImageFolder;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.ends_with(kSuffix)) names_.insert(std::move(name));
  }
}

std::string ZoneImages::find(const config::Zone& zone, const std::string& view) const {
  if (names_.empty()) return {};
  const std::string name = image_name(zone, view);
  if (!names_.contains(name)) return {};
  return (std::filesystem::path(directory_) / kImageFolder / name).string();
}

void ZoneImages::keep(const KeptZone& zone, const std::string& view, const zone::ContentPtr& content) {
  if (!wanted_ || content == nullptr) return;
  // So few records do not come to so many bytes, and nothing has to be looked up to know it.
  const bool is_small = content->record_count() < kLeastContentBytes / UINT16_MAX ||
                        content->memory_bytes() < kLeastContentBytes;
  if (is_small) return remove(*zone.config, view);
  std::string note = note_of(zone, directory_);
  std::string name = image_name(*zone.config, view);
  if (note.empty() || note.size() > zone::kMaxNoteBytes || name.size() > kMostNameBytes) return;
  const std::filesystem::path folder = std::filesystem::path(directory_) / kImageFolder;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  Job job{content, std::move(note), (folder / name).string()};
  names_.insert(std::move(name));
  jobs_.drop([&](const Job& waiting) { return waiting.path == job.path; });
  jobs_.add(std::move(job));
}

void ZoneImages::remove(const config::Zone& zone, const std::string& view) {
  if (names_.empty()) return;
  const std::string path = find(zone, view);
  if (path.empty()) return;
  names_.erase(image_name(zone, view));
  std::error_code error;
  std::filesystem::remove(path, error);
}

void ZoneImages::work(const Job& job) {
  const auto written = zone::write_image(*job.content, job.note, job.path, stop_.get_token());
  if (!written && !stop_.stop_requested())
    warn_of_image("the image '" + job.path + "' cannot be written: " + written.error().text);
}

}  // namespace nomen::server
