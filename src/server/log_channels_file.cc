#include "server/log_channels_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <functional>
#include <system_error>
#include <vector>

#include "base/os/file.h"

namespace nomen::server {

namespace fs = std::filesystem;

namespace {

constexpr size_t kBufferBytes = 64 * 1024;

/// The texts after "FILE." beside it that are all digits: its older versions.
std::vector<std::string> version_suffixes(const std::string& path) {
  const fs::path file(path);
  const std::string prefix = file.filename().string() + ".";
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::vector<std::string> suffixes;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.size() <= prefix.size() || !name.starts_with(prefix)) continue;
    std::string suffix = name.substr(prefix.size());
    if (std::all_of(suffix.begin(), suffix.end(), [](char c) { return c >= '0' && c <= '9'; }))
      suffixes.push_back(std::move(suffix));
  }
  return suffixes;
}

/// The numbers of the older versions, the greatest first. "007" is no version of ours.
std::vector<uint32_t> version_numbers(const std::string& path) {
  std::vector<uint32_t> numbers;
  for (const std::string& suffix : version_suffixes(path)) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(suffix.data(), suffix.data() + suffix.size(), number);
    if (error == std::errc{} && number < kLogVersionsUnlimited && std::to_string(number) == suffix)
      numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  return numbers;
}

std::string numbered(const std::string& path, uint32_t version) {
  return fmt::format("{}.{}", path, version);
}

}  // namespace

LogFile::LogFile(const LogChannelConfig& config)
    : path_(config.path),
      versions_(config.versions),
      max_bytes_(config.max_bytes),
      timestamp_suffix_(config.timestamp_suffix),
      buffered_(config.buffered) {}

bool LogFile::must_roll_on_open() const {
  struct stat status{};
  if (versions_ == kLogVersionsNever || ::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return false;
  return max_bytes_ == 0 || static_cast<uint64_t>(status.st_size) >= max_bytes_;
}

Result<void> LogFile::open(const timespec& now) {
  if (must_roll_on_open()) roll(now);
  descriptor_ = net::Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!descriptor_.valid())
    return failure(fmt::format("isc_log_open '{}' failed: {}", path_, os::system_error_text(errno)));
  struct stat status{};
  size_ = ::fstat(descriptor_.get(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  return {};
}

void LogFile::roll(const timespec& now) {
  if (timestamp_suffix_) {
    roll_timestamped(now);
  } else {
    roll_numbered();
  }
}

void LogFile::roll_numbered() {
  std::error_code ignored;  // a version that cannot be renamed is overwritten
  if (versions_ == 0) {
    fs::remove(path_, ignored);
    return;
  }
  for (const uint32_t number : version_numbers(path_)) {
    if (number + 1 >= versions_) {
      fs::remove(numbered(path_, number), ignored);
    } else {
      fs::rename(numbered(path_, number), numbered(path_, number + 1), ignored);
    }
  }
  fs::rename(path_, numbered(path_, 0), ignored);
}

void LogFile::roll_timestamped(const timespec& now) {
  std::error_code ignored;
  if (versions_ == 0) {
    fs::remove(path_, ignored);
    return;
  }
  tm t{};
  ::localtime_r(&now.tv_sec, &t);
  fs::rename(path_,
             fmt::format("{}.{:04}{:02}{:02}{:02}{:02}{:02}{:03}", path_, t.tm_year + 1900, t.tm_mon + 1,
                         t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, now.tv_nsec / 1'000'000),
             ignored);
  if (versions_ == kLogVersionsUnlimited) return;
  std::vector<std::string> suffixes = version_suffixes(path_);
  std::erase_if(suffixes, [](const std::string& suffix) { return suffix.size() != 17; });
  std::sort(suffixes.begin(), suffixes.end(), std::greater<>());
  for (size_t i = versions_; i < suffixes.size(); ++i) fs::remove(path_ + "." + suffixes[i], ignored);
}

bool LogFile::is_full(const timespec& now) {
  if (max_bytes_ == 0 || size_ < max_bytes_) return false;
  if (versions_ != kLogVersionsNever) {
    flush();
    descriptor_.reset();
    return !open(now).has_value();  // opening rolls
  }
  if (now.tv_sec == checked_) return true;
  checked_ = now.tv_sec;
  struct stat status{};
  flush();
  const bool exists = ::stat(path_.c_str(), &status) == 0;
  if (exists && static_cast<uint64_t>(status.st_size) >= max_bytes_) return true;
  descriptor_.reset();
  return !open(now).has_value();
}

void LogFile::write(std::string_view lines, const timespec& now) {
  // Line by line where there is a limit: the file ends with the line that reaches it.
  while (max_bytes_ != 0 && !lines.empty()) {
    if (!is_open() || is_full(now)) return;
    const size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    kept_ += lines.substr(0, size);
    size_ += size;
    lines.remove_prefix(size);
  }
  kept_ += lines;
  size_ += lines.size();
  if (!buffered_ || kept_.size() >= kBufferBytes) flush();
}

void LogFile::flush() {
  if (is_open()) write_out(kept_);
  kept_.clear();
}

void LogFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace nomen::server
