#include "transfer/edns_options.h"

namespace nomen::transfer {

Result<ExpireOption> find_expire(Bytes opt_rdata) {
  ExpireOption expire;
  for (size_t at = 0; at < opt_rdata.size();) {
    if (opt_rdata.size() - at < 4) return failure("an EDNS option is cut off");
    const uint16_t code = load_u16(opt_rdata.data() + at);
    const size_t size = load_u16(opt_rdata.data() + at + 2);
    at += 4;
    if (opt_rdata.size() - at < size) return failure("an EDNS option is cut off");
    if (code == dns::kExpireOption) {
      expire.present = true;
      if (size == 4) expire.seconds = load_u32(opt_rdata.data() + at);
    }
    at += size;
  }
  return expire;
}

OptRecord make_opt(uint16_t udp_bytes, const ExpireOption& expire) {
  OptRecord record;
  uint8_t* p = record.data.data();
  p[0] = 0;
  store_u16(p + 1, dns::number(dns::RRType::kOpt));
  store_u16(p + 3, udp_bytes);
  store_u32(p + 5, 0);
  const size_t value = expire.seconds ? 4 : 0;
  store_u16(p + 9, static_cast<uint16_t>(expire.present ? 4 + value : 0));
  record.size = 11;
  if (!expire.present) return record;
  store_u16(p + 11, dns::kExpireOption);
  store_u16(p + 13, static_cast<uint16_t>(value));
  if (expire.seconds) store_u32(p + 15, *expire.seconds);
  record.size = static_cast<uint8_t>(15 + value);
  return record;
}

}  // namespace nomen::transfer
