#include "dns/zone_options.h"

#include <algorithm>

namespace nomen::dns {

namespace {

constexpr size_t kSerialBytes = 4;
constexpr uint8_t kSoaSerial = 0;  // the type of a version, RFC 9660 2.2

void read_version(Bytes value, ZoneOptions& options) {
  if (value.size() != 2 + kSerialBytes || value[1] != kSoaSerial) return;
  options.version_labels = value[0];
  options.version = Serial{load_u32(value.data() + 2)};
}

void read_zone_digest(Bytes value, ZoneOptions& options) {
  if (value.size() < kSerialBytes) return;
  ZoneDigestValue read{.serial = {load_u32(value.data())}, .digest = {}};
  value = value.subspan(kSerialBytes);
  if (value.size() == 1 + kZoneDigestBytes && value[0] == kZoneDigestKind) {
    std::copy(value.begin() + 1, value.end(), read.digest.emplace().begin());
  } else if (!value.empty()) {
    return;  // of another kind
  }
  options.digest = read;
}

}  // namespace

Result<ZoneOptions> read_zone_options(Bytes opt_rdata) {
  ZoneOptions options;
  while (!opt_rdata.empty()) {
    if (opt_rdata.size() < 4) return failure("an EDNS option is cut off");
    const uint16_t code = load_u16(opt_rdata.data());
    const size_t size = load_u16(opt_rdata.data() + 2);
    if (opt_rdata.size() - 4 < size) return failure("an EDNS option is cut off");
    const Bytes value = opt_rdata.subspan(4, size);
    opt_rdata = opt_rdata.subspan(4 + size);
    if (code == kExpireOption && size == 4) options.expire_s = load_u32(value.data());
    if (code == kZoneVersionOption) read_version(value, options);
    if (code == kZoneDigestOption) read_zone_digest(value, options);
  }
  return options;
}

}  // namespace nomen::dns
