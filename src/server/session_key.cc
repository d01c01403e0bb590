#include "server/session_key.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/os/file.h"
#include "base/random.h"

namespace nomen::server {

namespace {

constexpr const char* kName = "local-ddns";
constexpr const char* kAlgorithm = "hmac-sha256";
constexpr size_t kSecretBytes = 32;
constexpr uint32_t kOwnerOnly = 0600;

bool has_local_policy(const config::Zone& zone) {
  return zone.update_policy != nullptr &&
         std::any_of(zone.update_policy->begin(), zone.update_policy->end(),
                     [](const config::UpdateRule& rule) { return rule.match == "local"; });
}

bool has_local_policy(const config::Config& config) {
  return std::any_of(config.views.begin(), config.views.end(), [](const config::View& view) {
    return std::any_of(view.particular.begin(), view.particular.end(),
                       [](const config::ZonePtr& zone) { return has_local_policy(*zone); });
  });
}

}  // namespace

Result<void> SessionKey::add_to(config::Config& config) {
  if (secret_.empty()) {
    secret_.resize(kSecretBytes);
    fill_random(secret_);
  }
  config::Key key;
  key.name = kName;
  key.algorithm = kAlgorithm;
  key.secret = secret_;
  config.keys.push_back(std::move(key));
  path_ = config.options.session_keyfile.value_or("");
  return has_local_policy(config) ? write(path_) : Result<void>();
}

Result<void> SessionKey::needed_by(const config::Zone& zone) {
  return has_local_policy(zone) ? write(path_) : Result<void>();
}

Result<void> SessionKey::write(const std::string& path) {
  if (path.empty() || path == written_to_) return {};
  const std::string text = fmt::format("key \"{}\" {{\n\talgorithm {};\n\tsecret \"{}\";\n}};\n", kName,
                                       kAlgorithm, base64_encode(secret_));
  auto written =
      os::replace_file(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, kOwnerOnly);
  if (!written) return failure("could not create " + path + ": " + written.error().text);
  written_to_ = path;
  return {};
}

}  // namespace nomen::server
