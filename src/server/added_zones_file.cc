#include "server/added_zones_file.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/os/file.h"
#include "config/disk.h"
#include "config/parser.h"
#include "config/printer.h"
#include "crypto/digest.h"
#include "dns/hashed_name.h"

namespace nomen::server {

namespace {

constexpr std::string_view kHead =
    "# Zones of this view that rndc addzone made; the server changes this file.\n";
constexpr size_t kFewComments = 1000;  // more, and more than there are zones: the file is written anew

uint64_t key_of(dns::NameView name) {
  dns::HashedName hashed;
  hashed.assign(name);
  return hashed.full_hash();
}

/// The zone of a line 'zone "NAME" ...'.
std::optional<dns::Name> zone_of(std::string_view line) {
  constexpr std::string_view kBegin = "zone \"";
  if (!line.starts_with(kBegin) || !line.ends_with(';')) return std::nullopt;
  const std::string_view rest = line.substr(kBegin.size());
  const size_t quote = rest.find('"');
  if (quote == std::string_view::npos) return std::nullopt;
  const auto name = dns::Name::parse(rest.substr(0, quote));
  return name ? std::optional(*name) : std::nullopt;
}

/// The same statements, one a line.
Result<std::string> one_a_line(const std::string& path, const std::string& text) {
  Diagnostics diagnostics;
  const auto tree = config::parse_text(path, text, {}, config::real_disk(), diagnostics);
  if (has_error(diagnostics)) return failure("'" + path + "' is no list of zones");
  std::string out(kHead);
  for (const config::Node& statement : tree->statements())
    out += config::print_statement(statement, {.one_line = true}) + "\n";
  return out;
}

}  // namespace

std::string added_zones_path(const std::string& directory, const std::string& view) {
  constexpr std::string_view kNotInFileNames = "\\/ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr size_t kShortHash = 16;
  const auto path = [&](const std::string& name) { return config::path_in(directory, name + ".nzf"); };
  const std::string hash =
      hex_encode(crypto::digest(crypto::DigestAlgorithm::kSha256, as_bytes(view)).bytes());
  for (const std::string& name : {hash, hash.substr(0, kShortHash)}) {
    if (config::real_disk().exists(path(name))) return path(name);
  }
  const bool is_plain = view.find_first_of(kNotInFileNames) == std::string::npos;
  return path(is_plain ? view : hash.substr(0, kShortHash));
}

/// Reads which zone stands where; false when a line is neither a zone nor a comment.
bool AddedZonesFile::index(const std::string& text) {
  lines_.clear();
  comments_ = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    if (line.starts_with('#')) {
      comments_++;
    } else if (!line.empty()) {
      const auto zone = zone_of(line);
      if (!zone || end == text.size()) return false;
      lines_[key_of(*zone)] = {at, static_cast<uint32_t>(line.size())};
    }
    at = end + 1;
  }
  return true;
}

Result<void> AddedZonesFile::rewrite(const std::string& text) {
  file_.reset();
  return os::replace_file(path_, as_bytes(text));
}

/// Before the first change, and again when most of the file is about zones that are gone.
Result<void> AddedZonesFile::open() {
  if (file_ && comments_ <= kFewComments + lines_.size()) return {};
  std::string text(kHead);
  const bool exists = config::real_disk().exists(path_);
  if (exists) {
    auto read = os::read_file(path_);
    if (!read) return std::unexpected(read.error());
    text = std::move(*read);
  }
  if (!exists || !index(text) || comments_ > kFewComments + lines_.size()) {
    auto lines = one_a_line(path_, text);
    if (!lines) return std::unexpected(lines.error());
    if (auto written = rewrite(*lines); !written) return written;
    index(*lines);
  }
  auto opened = os::JournalFile::open(path_);
  if (!opened) return std::unexpected(opened.error());
  file_.emplace(std::move(*opened));
  return {};
}

Result<void> AddedZonesFile::put(dns::NameView zone, const std::string& statement) {
  if (auto opened = open(); !opened) return opened;
  const auto at = file_->append(statement + "\n");
  if (!at) return std::unexpected(at.error());
  const auto [known, is_new] = lines_.try_emplace(key_of(zone));
  const Line before = known->second;
  known->second = {*at, static_cast<uint32_t>(statement.size())};
  if (is_new) return {};
  comments_++;
  return file_->overwrite(before.at, "#");
}

Result<void> AddedZonesFile::remove(dns::NameView zone) {
  if (auto opened = open(); !opened) return opened;
  const auto known = lines_.find(key_of(zone));
  if (known == lines_.end()) return {};
  if (auto written = file_->overwrite(known->second.at, "#"); !written) return written;
  lines_.erase(known);
  comments_++;
  return {};
}

Result<std::optional<std::string>> AddedZonesFile::statement(dns::NameView zone) {
  if (auto opened = open(); !opened) return std::unexpected(opened.error());
  const auto known = lines_.find(key_of(zone));
  if (known == lines_.end()) return std::optional<std::string>();
  auto text = file_->read(known->second.at, known->second.size);
  if (!text) return std::unexpected(text.error());
  return std::optional(std::move(*text));
}

}  // namespace nomen::server
