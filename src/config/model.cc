#include "config/model.h"

#include <algorithm>

namespace nomen::config {

std::string Zone::display_name() const {
  std::string text = dns::to_string_no_dot(name());
  if (rr_class == dns::RRClass::kIn) {  // as nearly all are
    text += "/IN";
  } else {
    text.append("/").append(dns::to_string(rr_class));
  }
  return text;
}

MasterFormat Zone::format() const {
  if (options->masterfile_format) return *options->masterfile_format;
  const bool is_whole_copy = type == ZoneType::kSecondary || type == ZoneType::kMirror;
  return is_whole_copy ? MasterFormat::kRaw : MasterFormat::kText;
}

CheckMode Zone::check_names() const {
  return type == ZoneType::kPrimary ? options->check_names_primary : options->check_names_secondary;
}

bool Zone::is_dynamic() const {
  if (type != ZoneType::kPrimary) return false;
  if (update_policy != nullptr) return true;
  const auto& elements = options->allow_update->elements;
  return std::any_of(elements.begin(), elements.end(), [](const MatchElement& element) {
    return !element.negated && element.kind != MatchElement::Kind::kNone;
  });
}

bool Zone::needs_later_serial() const {
  return type == ZoneType::kPrimary && options->ixfr_from_differences_primary && !is_written();
}

bool Zone::keeps_history() const {
  return type == ZoneType::kPrimary && !is_written() &&
         (options->zone_history || options->ixfr_from_differences_primary);
}

bool Zone::operator==(const Zone& other) const {
  const bool same_policy =
      update_policy == other.update_policy ||
      (update_policy != nullptr && other.update_policy != nullptr && *update_policy == *other.update_policy);
  return name() == other.name() && rr_class == other.rr_class && type == other.type && file == other.file &&
         in_view == other.in_view && journal == other.journal &&
         generates_catalog == other.generates_catalog && primaries == other.primaries && same_policy &&
         (options == other.options || *options == *other.options);
}

bool CatalogGroup::operator==(const CatalogGroup& other) const {
  return name == other.name && primaries == other.primaries &&
         (options == other.options || *options == *other.options);
}

SourcePosition Config::source(const Position& position) const {
  return {position.file < files.size() ? files[position.file] : std::string(), position.line,
          position.column};
}

bool View::is_plain(const Zone& zone) const {
  return zone.type == ZoneType::kPrimary && zone.options == zone_options && zone.update_policy == nullptr &&
         !zone.generates_catalog && zone.primaries.empty();
}

void View::add(ZonePtr zone) {
  if (!is_plain(*zone)) particular.push_back(zone);
  zones.add(std::move(zone));
}

size_t Config::zone_count() const {
  size_t count = 0;
  for (const View& view : views) count += view.zones.size();
  return count;
}

}  // namespace nomen::config
