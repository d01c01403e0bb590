#include "config/zone_list.h"

namespace nomen::config {

ZoneList::Iterator ZoneList::at(size_t place) const {
  const PartPtr* part = parts_.data();
  for (; place > 0 && place >= (*part)->size(); part++) place -= (*part)->size();
  return {part, place};
}

void ZoneList::add(ZonePtr zone) {
  const bool has_room =
      !parts_.empty() && parts_.back()->size() < kPartZones && parts_.back().use_count() == 1;
  if (!has_room) {
    parts_.push_back(std::make_shared<Part>());
    parts_.back()->reserve(kPartZones);
  }
  parts_.back()->push_back(std::move(zone));
  size_++;
}

void ZoneList::add_part(PartPtr part) {
  size_ += part->size();
  parts_.push_back(std::move(part));
}

void ZoneList::replace(const ZonePtr& zone, const ZonePtr& by) {
  for (size_t i = 0; i < parts_.size(); i++) {
    const auto found = std::find(parts_[i]->begin(), parts_[i]->end(), zone);
    if (found == parts_[i]->end()) continue;
    const auto place = found - parts_[i]->begin();
    if (parts_[i].use_count() != 1) parts_[i] = std::make_shared<Part>(*parts_[i]);
    Part& part = *parts_[i];
    if (by != nullptr) {
      part[static_cast<size_t>(place)] = by;
      return;
    }
    part.erase(part.begin() + place);
    size_--;
    if (part.empty()) parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

namespace {

/// A place between the zones of a list, that goes forwards or backwards a part or a zone at a time.
class Cursor {
 public:
  Cursor(std::span<const ZoneList::PartPtr> parts, bool backwards) : parts_(parts), backwards_(backwards) {}
  bool at_end() const { return parts_.empty(); }
  const ZoneList::PartPtr& part() const { return backwards_ ? parts_.back() : parts_.front(); }
  bool begins_part() const { return passed_ == 0; }
  const ZonePtr& zone() const {
    const ZoneList::Part& zones = *part();
    return zones[backwards_ ? zones.size() - 1 - passed_ : passed_];
  }
  void pass_zone() {
    if (++passed_ == part()->size()) pass_part();
  }
  void pass_part() {
    parts_ = backwards_ ? parts_.first(parts_.size() - 1) : parts_.subspan(1);
    passed_ = 0;
  }

 private:
  std::span<const ZoneList::PartPtr> parts_;
  bool backwards_;
  size_t passed_ = 0;  ///< zones of part()
};

/// Zones that are the same from the two cursors on; a shared part counts at once.
size_t count_common(Cursor a, Cursor b) {
  size_t count = 0;
  while (!a.at_end() && !b.at_end()) {
    if (a.begins_part() && b.begins_part() && a.part() == b.part()) {
      count += a.part()->size();
      a.pass_part();
      b.pass_part();
    } else if (a.zone() == b.zone()) {
      count++;
      a.pass_zone();
      b.pass_zone();
    } else {
      break;
    }
  }
  return count;
}

}  // namespace

ZoneList::Common ZoneList::common(const ZoneList& a, const ZoneList& b) {
  const size_t first = count_common({a.parts_, false}, {b.parts_, false});
  const size_t left = std::min(a.size(), b.size()) - first;
  // Where a zone stands twice, the two ends could meet.
  return {first, left == 0 ? 0 : std::min(left, count_common({a.parts_, true}, {b.parts_, true}))};
}

bool ZoneList::operator==(const ZoneList& other) const {
  return size_ == other.size_ && common(*this, other).first == size_;
}

}  // namespace nomen::config
