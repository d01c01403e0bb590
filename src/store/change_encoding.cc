#include "store/change_encoding.h"

#include <algorithm>

#include "base/checksum.h"
#include "dns/rdata.h"
#include "store/limits.h"

namespace nomen::store {

namespace {

using dns::NameView;
using dns::RRType;
using zone::RecordList;

constexpr uint8_t kFormat = 1;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kAfterSerial = 16;  // of an SOA's rdata: refresh, retry, expire, minimum
constexpr size_t kSerialBytes = 4;

enum Flag : uint8_t { kSameOwner = 1, kSameType = 2, kSameTtl = 4, kNextSoa = 8 };
constexpr uint8_t kAllFlags = kSameOwner | kSameType | kSameTtl | kNextSoa;

/// Whether `rdata` is `before` with another serial.
bool differs_in_serial_only(Bytes before, Bytes rdata) {
  if (before.size() != rdata.size() || rdata.size() < kSerialBytes + kAfterSerial) return false;
  const size_t names = rdata.size() - kSerialBytes - kAfterSerial;
  return equal(before.first(names), rdata.first(names)) &&
         equal(before.last(kAfterSerial), rdata.last(kAfterSerial));
}

/// Octets of the longest suffix, of whole labels, that `name` and `other` have in common octet by octet;
/// without the root at least.
size_t common_end(NameView name, NameView other) {
  for (NameView suffix = name;; suffix = suffix.parent()) {
    if (suffix.size() <= other.size() && equal(other.bytes().last(suffix.size()), suffix.bytes())) {
      // The same octets have to begin a label there, too.
      NameView there = other;
      while (there.size() > suffix.size()) there = there.parent();
      if (there.size() == suffix.size()) return suffix.size();
    }
    if (suffix.is_root()) return 0;
  }
}

class Encoder {
 public:
  explicit Encoder(size_t expected_bytes) { out_.reserve(expected_bytes); }

  void begin(const zone::Change& change) {
    out_.push_back(kFormat);
    varint(change.removed.size());
    varint(change.added.size());
  }

  void record(NameView owner, RRType type, uint32_t ttl_s, Bytes rdata) {
    const size_t flags_at = out_.size();
    out_.push_back(0);
    uint8_t flags = 0;
    if (has_previous_ && equal(owner_.bytes(), owner.bytes())) {
      flags |= kSameOwner;
    } else {
      put_owner(owner);
    }
    flag_or_varint(flags, kSameType, type == type_, dns::number(type));
    flag_or_varint(flags, kSameTtl, ttl_s == ttl_s_, ttl_s);
    if (type == RRType::kSoa && differs_in_serial_only(soa_, rdata)) {
      flags |= kNextSoa;
      put(rdata.subspan(rdata.size() - kSerialBytes - kAfterSerial, kSerialBytes));
    } else {
      varint(rdata.size());
      put(rdata);
    }
    out_[flags_at] = flags;
    if (!has_previous_) first_owner_ = owner;
    has_previous_ = true;
    owner_ = owner;
    type_ = type;
    ttl_s_ = ttl_s;
    if (type == RRType::kSoa) soa_ = rdata;
  }

  std::vector<uint8_t> finish() {
    uint8_t sum[kChecksumBytes];
    store_u32(sum, static_cast<uint32_t>(checksum64(out_)));
    put(sum);
    return std::move(out_);
  }

 private:
  void put(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<uint8_t>(value | 0x80));
    out_.push_back(static_cast<uint8_t>(value));
  }
  void flag_or_varint(uint8_t& flags, Flag flag, bool same, uint64_t value) {
    if (has_previous_ && same) {
      flags |= flag;
    } else {
      varint(value);
    }
  }
  void put_owner(NameView owner) {
    const size_t shared = has_previous_ ? common_end(owner, first_owner_) : 0;
    out_.push_back(static_cast<uint8_t>(shared));
    out_.push_back(static_cast<uint8_t>(owner.size() - shared));
    put(owner.bytes().first(owner.size() - shared));
  }

  std::vector<uint8_t> out_;
  bool has_previous_ = false;
  NameView first_owner_;
  NameView owner_;
  RRType type_{};
  uint32_t ttl_s_ = 0;
  Bytes soa_;
};

/// Octets that the change takes when nothing is left out.
size_t full_size(const zone::Change& change) {
  size_t bytes = 0;
  for (const RecordList* list : {&change.removed, &change.added}) {
    for (const auto& entry : list->entries()) bytes += sizeof entry + entry.owner_size + entry.rdata_size;
  }
  return bytes;
}

class Decoder {
 public:
  Decoder(Bytes bytes, dns::RRClass rr_class) : left_(bytes), rr_class_(rr_class) {}

  Result<zone::Change> change() {
    zone::Change change;
    const uint64_t removed = varint();
    const uint64_t added = varint();
    if (!good_ || removed > left_.size() || added > left_.size()) return failure("cut off");
    for (uint64_t i = 0; i < removed + added; i++) {
      if (const auto read = record(i < removed ? change.removed : change.added); !read)
        return std::unexpected(read.error());
    }
    if (!left_.empty()) return failure("octets left over");
    return change;
  }

 private:
  Bytes take(size_t count) {
    if (left_.size() < count) good_ = false;
    if (!good_) return {};
    const Bytes taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  uint8_t octet() {
    const Bytes taken = take(1);
    return good_ ? taken[0] : uint8_t{0};
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t next = octet();
      value |= uint64_t{next & 0x7fU} << shift;
      if (next < 0x80) return value;
    }
    good_ = false;
    return 0;
  }

  Result<void> read_owner() {
    const size_t shared = octet();
    const size_t own = octet();
    const Bytes front = take(own);
    if (!good_) return failure("cut off");
    if (shared > (has_previous_ ? first_owner_.size() : 0) || shared + own > dns::kMaxNameBytes)
      return failure("malformed owner name");
    std::array<uint8_t, dns::kMaxNameBytes> wire;
    std::copy(front.begin(), front.end(), wire.begin());
    const Bytes end = first_owner_.bytes().last(shared);
    std::copy(end.begin(), end.end(), wire.begin() + static_cast<std::ptrdiff_t>(own));
    const auto name = dns::Name::from_wire({wire.data(), shared + own});
    if (!name || name->size() != shared + own) return failure("malformed owner name");
    owner_ = *name;
    return {};
  }

  Result<Bytes> read_rdata(bool next_soa) {
    if (!next_soa) return take(varint());
    const Bytes serial = take(kSerialBytes);
    if (type_ != RRType::kSoa || soa_.size() < kSerialBytes + kAfterSerial)
      return failure("an SOA without one before it");
    if (good_) std::copy(serial.begin(), serial.end(), soa_.end() - kAfterSerial - kSerialBytes);
    return Bytes(soa_);
  }

  Result<void> record(RecordList& list) {
    const uint8_t flags = octet();
    if ((flags & ~kAllFlags) != 0) return failure("unknown flags");
    if (!has_previous_ && flags != 0) return failure("a first record that refers to one before it");
    if ((flags & kSameOwner) == 0) {
      if (const auto read = read_owner(); !read) return read;
    }
    const uint64_t type = (flags & kSameType) != 0 ? dns::number(type_) : varint();
    const uint64_t ttl_s = (flags & kSameTtl) != 0 ? ttl_s_ : varint();
    if (type > UINT16_MAX || ttl_s > UINT32_MAX) return failure("a number is too large");
    type_ = static_cast<RRType>(type);
    ttl_s_ = static_cast<uint32_t>(ttl_s);
    const auto rdata = read_rdata((flags & kNextSoa) != 0);
    if (!rdata) return std::unexpected(rdata.error());
    if (!good_) return failure("cut off");
    if (dns::is_meta_type(type_)) return failure("not a type of data");
    if (const auto checked = dns::check_rdata(type_, rr_class_, *rdata); !checked) return checked;
    decoded_bytes_ += sizeof(RecordList::Entry) + owner_.size() + rdata->size();
    if (decoded_bytes_ > kMaxChangeBytes) return failure("too large");
    list.add(owner_, type_, ttl_s_, *rdata);
    if (!has_previous_) first_owner_ = owner_;
    has_previous_ = true;
    if (type_ == RRType::kSoa && (flags & kNextSoa) == 0) soa_.assign(rdata->begin(), rdata->end());
    return {};
  }

  Bytes left_;
  const dns::RRClass rr_class_;
  bool good_ = true;
  bool has_previous_ = false;
  dns::Name first_owner_;
  dns::Name owner_;
  RRType type_{};
  uint32_t ttl_s_ = 0;
  std::vector<uint8_t> soa_;
  size_t decoded_bytes_ = 0;
};

}  // namespace

Result<std::vector<uint8_t>> encode_change(const zone::Change& change) {
  const size_t bytes = full_size(change);
  if (bytes > kMaxChangeBytes) return failure("the change is too large to be kept");
  Encoder encoder(std::min<size_t>(bytes, 512));
  encoder.begin(change);
  for (const RecordList* list : {&change.removed, &change.added}) {
    for (const auto& entry : list->entries())
      encoder.record(list->owner(entry), static_cast<RRType>(entry.type), entry.ttl_s, list->rdata(entry));
  }
  return encoder.finish();
}

Result<zone::Change> decode_change(Bytes bytes, dns::RRClass rr_class) {
  const auto damaged = [](const std::string& why) { return failure("a stored change is damaged: " + why); };
  if (bytes.size() < 1 + kChecksumBytes) return damaged("cut off");
  const Bytes body = bytes.first(bytes.size() - kChecksumBytes);
  if (load_u32(bytes.data() + body.size()) != static_cast<uint32_t>(checksum64(body)))
    return damaged("the checksum does not fit");
  if (body[0] != kFormat) return failure("a stored change has the unknown format " + std::to_string(body[0]));
  auto change = Decoder(body.subspan(1), rr_class).change();
  if (!change) return damaged(change.error().text);
  return change;
}

}  // namespace nomen::store
