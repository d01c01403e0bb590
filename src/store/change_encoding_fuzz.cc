// Changes come back from a disk. The checksum is put right, so that what lies behind it is reached; what is
// accepted has to come back the same when it is written once more.
#include <vector>

#include "base/checksum.h"
#include "base/contract.h"
#include "store/change_encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  std::vector<uint8_t> bytes(data, data + size);
  (void)store::decode_change(bytes, dns::RRClass::kIn);
  bytes.resize(size + 4);
  store_u32(&bytes[size], static_cast<uint32_t>(checksum64({data, size})));
  const auto change = store::decode_change(bytes, dns::RRClass::kIn);
  if (!change) return 0;
  const auto again = store::encode_change(*change);
  NOMEN_ENSURE(again.has_value());
  const auto same = store::decode_change(*again, dns::RRClass::kIn);
  NOMEN_ENSURE(same.has_value() && same->removed.size() == change->removed.size() &&
               same->added.size() == change->added.size());
  NOMEN_ENSURE(*store::encode_change(*same) == *again);
  return 0;
}
