// Images are our own files, but disks damage them. The input is taken as a whole file, and as the nodes of
// one whose header and checksums are right: whatever they hold, all that is there can be walked over.
#include <algorithm>
#include <vector>

#include "base/checksum.h"
#include "zone/image.h"

namespace {

using namespace nomen;

void read(Bytes bytes) {
  static const dns::Name apex = *dns::Name::parse("example.com.");
  const uint64_t size = bytes.size();
  const zone::ReadBytes take = [&](MutableBytes to) -> Result<size_t> {
    const size_t count = std::min(to.size(), bytes.size());
    std::copy_n(bytes.begin(), count, to.begin());
    bytes = bytes.subspan(count);
    return count;
  };
  const auto image = zone::read_image_from(take, size, apex, dns::RRClass::kIn);
  if (!image) return;
  size_t octets = 0;
  image->content->for_each_node([&](zone::NodeView node, zone::Ref) {
    octets += node.owner(image->content->apex()).size();
    node.for_each([&](zone::RRsetView set) { set.for_each([&](Bytes rdata) { octets += rdata.size(); }); });
  });
  if (octets == 1) __builtin_trap();  // so that the walk is not optimised away: an owner has more
}

/// A file with these nodes; the first two octets say how many there are, and how many of them are hashed.
std::vector<uint8_t> file_of(Bytes data) {
  const size_t node_bytes = 8 + (data.size() - 2) / 8 * 8;
  std::vector<uint8_t> file(56);
  const Bytes magic = as_bytes("NOMENIMG");
  std::copy(magic.begin(), magic.end(), file.begin());
  const dns::Name apex = *dns::Name::parse("example.com.");
  store_u32(&file[8], 1);
  store_u32(&file[12], static_cast<uint32_t>(56 + apex.size() + 4 + 8));
  store_u64(&file[16], zone::node_layout());
  store_u16(&file[24], 1);
  file[26] = static_cast<uint8_t>(apex.size());
  store_u64(&file[32], node_bytes);
  store_u64(&file[40], data[0]);
  store_u64(&file[48], data[1]);
  file.insert(file.end(), apex.data(), apex.data() + apex.size());
  file.resize(file.size() + 4 + 8);
  store_u64(&file[file.size() - 8], checksum64(Bytes(file).first(file.size() - 8)));
  const size_t nodes_at = file.size();
  file.resize(nodes_at + 8);
  file.insert(file.end(), data.begin() + 2, data.begin() + static_cast<long>(2 + node_bytes - 8));
  const uint64_t sum = checksum64(Bytes(file).subspan(nodes_at), 0);
  file.resize(file.size() + 8);
  store_u64(&file[file.size() - 8], sum);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read({data, size});
  if (size >= 2) read(file_of({data, size}));
  return 0;
}
