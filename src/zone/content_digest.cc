#include "zone/content_digest.h"

#include <vector>

#include "crypto/digest.h"
#include "dns/rdata.h"

namespace nomen::zone {

namespace {

/// A number of 256 bits, its least significant 64 first.
class Sum {
 public:
  void add(Bytes number) {
    uint64_t carry = 0;
    for (size_t i = 0; i < parts_.size(); i++) {
      const uint64_t part = load_u64(number.data() + ContentDigest::kBytes - 8 * (i + 1));
      const uint64_t with_carry = part + carry;
      parts_[i] += with_carry;
      carry = static_cast<uint64_t>(with_carry < carry) | static_cast<uint64_t>(parts_[i] < with_carry);
    }
  }

  ContentDigest digest() const {
    ContentDigest out;
    for (size_t i = 0; i < parts_.size(); i++)
      store_u64(out.value.data() + ContentDigest::kBytes - 8 * (i + 1), parts_[i]);
    return out;
  }

 private:
  std::array<uint64_t, 4> parts_{};
};

void append_u16(std::vector<uint8_t>& out, uint16_t number) {
  out.push_back(static_cast<uint8_t>(number >> 8));
  out.push_back(static_cast<uint8_t>(number));
}

}  // namespace

ContentDigest digest_of(const Content& content) {
  Sum sum;
  std::vector<uint8_t> record;
  dns::RdataBuffer canonical;
  content.for_each_node([&](NodeView node, Ref) {
    const dns::Name owner = node.owner(content.apex()).lowered();
    node.for_each([&](RRsetView set) {
      set.for_each([&](Bytes rdata) {
        dns::canonical_rdata(set.type(), content.rr_class(), rdata, canonical);
        record.assign(owner.bytes().begin(), owner.bytes().end());
        append_u16(record, dns::number(set.type()));
        append_u16(record, dns::number(content.rr_class()));
        append_u16(record, static_cast<uint16_t>(set.ttl_s() >> 16));
        append_u16(record, static_cast<uint16_t>(set.ttl_s()));
        append_u16(record, static_cast<uint16_t>(canonical.size()));
        record.insert(record.end(), canonical.bytes().begin(), canonical.bytes().end());
        sum.add(crypto::digest(crypto::DigestAlgorithm::kSha256, record).bytes());
      });
    });
  });
  return sum.digest();
}

}  // namespace nomen::zone
