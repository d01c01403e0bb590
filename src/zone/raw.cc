#include "zone/raw.h"

#include "dns/rdata.h"
#include "dns/rr_table.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

constexpr uint32_t kRawFormat = 2;
constexpr uint32_t kHasTransferTime = 1;
constexpr uint32_t kHasSourceSerial = 2;
constexpr size_t kRRsetHeaderBytes = 4 + 2 + 2 + 2 + 4 + 4;
constexpr size_t kRawPiece = 64 << 10;
constexpr size_t kBatchBytes = 256 << 10;
constexpr size_t kBatchPadding = 64;  // RecordBatch promises so many readable bytes behind the last

class Output {
 public:
  explicit Output(const DumpSink& sink) : sink_(sink) {}
  void u16(size_t value) {
    out_ += static_cast<char>(value >> 8 & 0xff);
    out_ += static_cast<char>(value & 0xff);
  }
  void u32(uint32_t value) {
    u16(value >> 16);
    u16(value & 0xffff);
  }
  void bytes(Bytes value) { out_ += as_text(value); }
  bool flush(size_t from) {
    if (out_.size() < from || out_.empty()) return true;
    const bool wanted = sink_(out_);
    out_.clear();
    return wanted;
  }

 private:
  const DumpSink& sink_;
  std::string out_;
};

void write_raw_header(const RawHeader& header, Output& out) {
  out.u32(kRawFormat);
  out.u32(header.version);
  out.u32(header.dumped_at_s);
  if (header.version == 0) return;
  out.u32((header.source_serial ? kHasSourceSerial : 0) | (header.transferred_at_s ? kHasTransferTime : 0));
  out.u32(header.source_serial.value_or(0));
  out.u32(header.transferred_at_s.value_or(0));
}

void write_rrset(NameView owner, dns::RRClass rr_class, RRsetView set, Output& out) {
  out.u32(static_cast<uint32_t>(kRRsetHeaderBytes + 2 + owner.size() + set.data().size()));
  out.u16(dns::number(rr_class));
  out.u16(dns::number(set.type()));
  out.u16(set.is_signature() ? dns::number(set.covered()) : 0);
  out.u32(set.ttl_s());
  out.u32(static_cast<uint32_t>(set.count()));
  out.u16(owner.size());
  out.bytes(owner.bytes());
  out.bytes(set.data());  // lengths and rdata, as the format has them
}

/// Takes numbers off the front; `good` turns false when there are not enough bytes.
struct Input {
  Bytes left;
  bool good = true;

  Bytes take(size_t count) {
    if (left.size() < count) good = false;
    if (!good) return {};
    const Bytes taken = left.first(count);
    left = left.subspan(count);
    return taken;
  }
  uint16_t u16() {
    const Bytes bytes = take(2);
    return good ? load_u16(bytes.data()) : uint16_t{0};
  }
  uint32_t u32() {
    const Bytes bytes = take(4);
    return good ? load_u32(bytes.data()) : 0;
  }
};

Result<RawHeader> read_header(Input& in) {
  RawHeader header;
  const uint32_t format = in.u32();
  if (!in.good || format != kRawFormat) return failure("file format mismatch (not raw)");
  header.version = in.u32();
  header.dumped_at_s = in.u32();
  if (in.good && header.version > 1)
    return failure("unknown raw format version " + std::to_string(header.version));
  if (header.version == 1) {
    const uint32_t flags = in.u32();
    const uint32_t serial = in.u32();
    const uint32_t transferred = in.u32();
    if ((flags & kHasSourceSerial) != 0) header.source_serial = serial;
    if ((flags & kHasTransferTime) != 0) header.transferred_at_s = transferred;
  }
  if (!in.good) return failure("end of file in the header");
  return header;
}

class Reader {
 public:
  Reader(NameView apex, dns::RRClass rr_class, const std::string& name, const dns::ConsumeBatch& consume)
      : apex_(apex), rr_class_(rr_class), consume_(consume) {
    batch_.file = &name;
  }

  Result<void> read_rrset(Input& in) {
    const uint32_t total = in.u32();
    if (!in.good || total < kRRsetHeaderBytes || total - 4 > in.left.size())
      return failure("end of file in an RRset");
    Input set{in.take(total - 4), true};
    const uint16_t rr_class = set.u16();
    const auto type = static_cast<RRType>(set.u16());
    set.take(2);  // the covered type stands in each RRSIG too
    const uint32_t ttl_s = set.u32();
    const uint32_t count = set.u32();
    const uint16_t owner_size = set.u16();
    const Bytes owner_bytes = set.take(owner_size);
    const auto owner = dns::Name::from_wire(owner_bytes);
    if (!set.good || !owner || owner->size() != owner_bytes.size()) return failure("malformed owner name");
    const std::string place = dns::to_string_no_dot(*owner) + "/" + dns::to_string(type);
    if (rr_class != dns::number(rr_class_)) return failure(place + ": bad class");
    if (dns::is_meta_type(type)) return failure(place + ": not a type of data");
    if (type == RRType::kSoa && *owner != apex_)
      return failure(dns::to_string_no_dot(*owner) + ": not at top of zone");
    if (count == 0) return failure(place + ": no records");
    for (uint32_t i = 0; i < count; i++) {
      const uint16_t size = set.u16();
      const Bytes rdata = set.take(size);
      if (!set.good) return failure(place + ": unexpected end of input");
      if (const auto checked = dns::check_rdata(type, rr_class_, rdata); !checked)
        return failure(place + ": " + checked.error().text);
      add(*owner, type, ttl_s, rdata, i > 0);
    }
    if (!set.left.empty()) return failure(place + ": extra data");
    if (batch_.bytes.size() >= kBatchBytes) deliver();
    return {};
  }

  void deliver() {
    if (batch_.records.empty()) return;
    batch_.bytes.resize(batch_.bytes.size() + kBatchPadding);
    consume_(batch_);
    batch_.bytes.clear();
    batch_.records.clear();
  }

 private:
  void add(const dns::Name& owner, RRType type, uint32_t ttl_s, Bytes rdata, bool follows) {
    // An RRset larger than a batch is handed on in parts.
    if (batch_.bytes.size() >= 2 * kBatchBytes) {
      deliver();
      follows = false;
    }
    dns::BatchRecord record{};
    record.owner_at = follows ? batch_.records.back().owner_at : put(owner.bytes());
    record.owner_size = static_cast<uint8_t>(owner.size());
    record.same_owner = follows;
    record.rdata_at = put(rdata);
    record.rdata_size = static_cast<uint16_t>(rdata.size());
    record.type = dns::number(type);
    record.rr_class = dns::number(rr_class_);
    record.ttl_s = ttl_s;
    batch_.records.push_back(record);
  }
  uint32_t put(Bytes bytes) {
    const auto at = static_cast<uint32_t>(batch_.bytes.size());
    batch_.bytes.insert(batch_.bytes.end(), bytes.begin(), bytes.end());
    return at;
  }

  const dns::Name apex_;
  const dns::RRClass rr_class_;
  const dns::ConsumeBatch& consume_;
  dns::RecordBatch batch_;
};

}  // namespace

bool write_raw(const Content& content, const RawHeader& header, const DumpSink& sink,
               const Spellings* spellings) {
  Output out(sink);
  write_raw_header(header, out);
  bool wanted = true;
  for_each_node_in_dump_order(content, [&](NodeView node) {
    for (const RRsetView set : rrsets_in_dump_order(node))
      write_rrset(spelled_owner(content, node, set, spellings), content.rr_class(), set, out);
    wanted = out.flush(kRawPiece);
    return wanted;
  });
  return wanted && out.flush(0);
}

Result<RawHeader> read_raw(Bytes bytes, NameView apex, dns::RRClass rr_class, const std::string& name,
                           const dns::ConsumeBatch& consume) {
  Input in{bytes, true};
  auto header = read_header(in);
  if (!header) return header;
  Reader reader(apex, rr_class, name, consume);
  while (!in.left.empty()) {
    if (const auto read = reader.read_rrset(in); !read) {
      reader.deliver();
      return std::unexpected(read.error());
    }
  }
  reader.deliver();
  return header;
}

}  // namespace nomen::zone
