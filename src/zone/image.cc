#include "zone/image.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/checksum.h"
#include "base/os/blocks.h"
#include "base/os/file.h"
#include "base/os/parallel.h"
#include "base/os/sequential_file.h"
#include "base/os/usable_cores.h"
#include "zone/content_writer.h"
#include "zone/denial.h"
#include "zone/limits.h"
#include "zone/node_order.h"

namespace nomen::zone {

/// What stands in front of the nodes of an image.
struct ImageHeader {
  uint64_t layout = 0;
  dns::RRClass rr_class{};
  dns::Serial serial;
  uint64_t node_bytes = 0;
  uint64_t nodes = 0;
  uint64_t nsec3_nodes = 0;
  dns::Name apex;
  std::string note;
};

namespace {

constexpr std::string_view kMagic = "NOMENIMG";
constexpr uint32_t kFormat = 1;
constexpr size_t kFixedBytes = 56;  // of the header, in front of the apex
constexpr size_t kSumBytes = 8;
constexpr size_t kPieceBytes = size_t{1}
                               << 20;      // what is written, and read and summed up while it is in the cache
constexpr size_t kLargeBytes = 16U << 20;  // of nodes, worth another thread
constexpr size_t kNamesAhead = 32;         // names whose index lines are fetched before they are needed

template <class Number>
void put(std::vector<uint8_t>& out, Number number) {
  for (int shift = (static_cast<int>(sizeof number) - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<uint8_t>(number >> shift));
}
void put(std::vector<uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::vector<uint8_t> write_image_header(const ImageHeader& header) {
  std::vector<uint8_t> out;
  put(out, as_bytes(kMagic));
  put(out, kFormat);
  put(out, static_cast<uint32_t>(kFixedBytes + header.apex.size() + 4 + header.note.size() + kSumBytes));
  put(out, header.layout);
  put(out, dns::number(header.rr_class));
  put(out, static_cast<uint8_t>(header.apex.size()));
  put(out, uint8_t{0});
  put(out, header.serial.value);
  put(out, header.node_bytes);
  put(out, header.nodes);
  put(out, header.nsec3_nodes);
  put(out, header.apex.bytes());
  put(out, static_cast<uint32_t>(header.note.size()));
  put(out, as_bytes(header.note));
  put(out, checksum64(out));
  return out;
}

std::unexpected<Error> damaged(const char* why) {
  return failure(std::string("the image is damaged: ") + why);
}

}  // namespace

uint64_t node_layout() {
  static const uint64_t layout = [] {
    static constexpr std::string_view kZone =
        "@ 60 IN SOA ns h 1 2 3 4 5\n"
        "@ 60 IN NS ns\n@ 60 IN NS ns.other.test.\n@ 60 IN DNSKEY 256 3 8 AQID\n"
        "ns 60 IN A 192.0.2.1\nns 60 IN A 192.0.2.2\nns 60 IN AAAA 2001:db8::1\n"
        "* 60 IN TXT \"a\" \"bc\"\nAlias 60 IN CNAME ns\nback 60 IN DNAME other\n"
        "cut 60 IN NS ns.cut\ncut 60 IN NS a.b.test.\ncut 60 IN NS c.b.test.\nns.cut 60 IN A 192.0.2.3\n"
        "cut 60 IN DS 1 8 2 00\nx.y.z 60 IN MX 10 ns\n"
        "ns 60 IN RRSIG A 8 2 60 20300101000000 20200101000000 1 @ AQID\n";
    dns::MasterFileOptions options;
    options.origin = *dns::Name::parse("layout.test.");
    ContentWriter writer(options.origin, dns::RRClass::kIn, 16, {});
    Diagnostics diagnostics;
    dns::read_master_text(kZone, "layout", options,
                          [&](const dns::RecordBatch& batch) { writer.add(batch, diagnostics); });
    const ContentPtr content = writer.finish(diagnostics);
    std::vector<Ref> refs;
    content->for_each_node([&](NodeView, Ref ref) { refs.push_back(ref); });
    std::sort(refs.begin(), refs.end());  // as they were written: their hashes are different each time
    uint64_t sum = kFormat;
    for (const Ref ref : refs) sum = checksum64({content->node(ref).data(), content->node(ref).size()}, sum);
    return sum;
  }();
  return layout;
}

Result<void> write_image(const Content& content, std::string_view note, const std::string& path,
                         const std::stop_token& stop) {
  if (note.size() > kMaxNoteBytes) return failure("the note is too large for an image");
  std::vector<Ref> nodes;
  std::vector<Ref> nsec3_nodes;
  ImageHeader header{node_layout(),
                     content.rr_class(),
                     content.serial(),
                     Arena::kUnitBytes,
                     0,
                     0,
                     dns::Name(content.apex()),
                     std::string(note)};
  content.for_each_node([&](NodeView node, Ref ref) {
    (is_nsec3_node(node) ? nsec3_nodes : nodes).push_back(ref);
    header.node_bytes += node.size();
  });
  sort_canonically(content, nodes);
  sort_canonically(content, nsec3_nodes);
  header.nodes = nodes.size() + nsec3_nodes.size();
  header.nsec3_nodes = nsec3_nodes.size();
  nodes.insert(nodes.end(), nsec3_nodes.begin(), nsec3_nodes.end());

  auto file = os::FileReplacement::begin(path);
  if (!file) return std::unexpected(file.error());
  if (const auto written = file->write(write_image_header(header)); !written) return written;
  std::vector<uint8_t> piece(Arena::kUnitBytes);  // reference 0 means "nothing"
  uint64_t sum = 0;
  // Whole pieces, and the rest as well when it is the end.
  const auto flush = [&](bool is_end) -> Result<void> {
    Bytes left = piece;
    while (left.size() >= kPieceBytes || (is_end && !left.empty())) {
      if (stop.stop_requested()) return failure("writing was given up");
      const Bytes next = left.first(std::min(kPieceBytes, left.size()));
      sum = checksum64(next, sum);
      if (const auto written = file->write(next); !written) return written;
      left = left.subspan(next.size());
    }
    piece.erase(piece.begin(), piece.end() - static_cast<std::ptrdiff_t>(left.size()));
    return {};
  };
  for (const Ref ref : nodes) {
    const NodeView node = content.node(ref);
    piece.insert(piece.end(), node.data(), node.data() + node.size());
    if (const auto written = flush(false); !written) return written;
  }
  if (const auto written = flush(true); !written) return written;
  std::vector<uint8_t> trailer;
  put(trailer, sum);
  if (const auto written = file->write(trailer); !written) return written;
  return file->commit();
}

/// Reads an image once from front to end.
class ImageReader {
 public:
  ImageReader(const ReadBytes& read, uint64_t size) : read_(read), left_(size) {}

  Result<std::string> note() {
    if (const auto read = read_header(); !read) return std::unexpected(read.error());
    return std::move(header_.note);
  }

  Result<Image> run(dns::NameView apex, dns::RRClass rr_class) {
    if (const auto read = read_header(); !read) return std::unexpected(read.error());
    if (header_.apex != dns::Name(apex) || header_.rr_class != rr_class)
      return failure("the image is of another zone: " + dns::to_string_no_dot(header_.apex));
    // The name as the caller spells it.
    content_ = std::make_shared<Content>(Content::Maker(), apex, rr_class);
    if (const auto read = read_rest(); !read) return std::unexpected(read.error());
    if (const auto entered = enter_nodes(); !entered) return std::unexpected(entered.error());
    content_->note_soa();
    if (content_->serial_ != header_.serial) return damaged("the serial is another one");
    if (Denial::is_announced(*content_)) content_->denial_ = Denial::of_sorted(*content_, signed_order());
    content_->arena_.shrink();
    return Image{std::move(content_), std::move(header_.note)};
  }

 private:
  Result<void> fill(MutableBytes to) {
    if (to.size() > left_) return damaged("cut off");
    const auto count = read_(to);
    if (!count) return std::unexpected(count.error());
    if (*count < to.size()) return damaged("cut off");
    left_ -= to.size();
    return {};
  }

  Result<void> read_header() {
    std::vector<uint8_t> bytes(kFixedBytes);
    if (const auto read = fill(bytes); !read) return read;
    const uint8_t* p = bytes.data();
    if (!equal(Bytes(bytes).first(kMagic.size()), as_bytes(kMagic)))
      return failure("the file is no zone image");
    if (load_u32(p + 8) != kFormat)
      return failure("the image has the unknown format " + std::to_string(load_u32(p + 8)));
    const uint32_t size = load_u32(p + 12);
    const size_t apex_size = p[26];
    const size_t smallest = kFixedBytes + apex_size + 4 + kSumBytes;
    if (size < smallest || size > smallest + kMaxNoteBytes) return damaged("the header's size");
    bytes.resize(size);
    if (const auto read = fill(MutableBytes(bytes).subspan(kFixedBytes)); !read) return read;
    p = bytes.data();
    if (load_u64(p + size - kSumBytes) != checksum64(Bytes(bytes).first(size - kSumBytes)))
      return damaged("the checksum of the header");
    const auto apex = dns::Name::from_wire(Bytes(bytes).subspan(kFixedBytes, apex_size));
    const size_t note_size = load_u32(p + kFixedBytes + apex_size);
    if (!apex || apex->size() != apex_size || note_size != size - smallest) return damaged("the header");
    header_ = {load_u64(p + 16),
               static_cast<dns::RRClass>(load_u16(p + 24)),
               {load_u32(p + 28)},
               load_u64(p + 32),
               load_u64(p + 40),
               load_u64(p + 48),
               *apex,
               std::string(as_text(Bytes(bytes).subspan(smallest - kSumBytes, note_size)))};
    if (header_.layout != node_layout())
      return failure("the image was written by another version of this program");
    const bool fits = left_ >= kSumBytes && header_.node_bytes == left_ - kSumBytes &&
                      header_.node_bytes % Arena::kUnitBytes == 0 &&
                      header_.node_bytes >= Arena::kUnitBytes + NodeView::kHeaderBytes &&
                      header_.node_bytes / Arena::kUnitBytes <= UINT32_MAX &&
                      header_.nodes <= header_.node_bytes / NodeView::kHeaderBytes &&
                      header_.nsec3_nodes < header_.nodes;
    if (!fits) return damaged("the sizes in the header");
    return {};
  }

  /// The nodes, and empty indexes for them: most of the time for both is the kernel's, which clears memory,
  /// and is shared with other cores where there are any.
  Result<void> read_rest() {
    content_->arena_ = Arena::of_size(header_.node_bytes);
    if (header_.node_bytes < kLargeBytes || os::usable_cores() == 1) {
      make_indexes();
      return read_nodes();
    }
    const os::ClearingFromEnd clearing(content_->arena_.writable(0), header_.node_bytes / os::kBlockBytes);
    Result<void> read;
    os::run_in_parallel(2, [&](size_t number) {
      if (number == 0) {
        read = read_nodes();
      } else {
        make_indexes();
      }
    });
    return read;
  }

  void make_indexes() {
    content_->index_ = Index(header_.nodes - header_.nsec3_nodes);
    content_->nsec3_index_ = Index(header_.nsec3_nodes);
  }

  Result<void> read_nodes() {
    const MutableBytes nodes(content_->arena_.writable(0), header_.node_bytes);
    uint64_t sum = 0;
    for (size_t at = 0; at < nodes.size(); at += kPieceBytes) {
      const MutableBytes piece = nodes.subspan(at, std::min(kPieceBytes, nodes.size() - at));
      if (const auto read = fill(piece); !read) return read;
      sum = checksum64(piece, sum);
    }
    uint8_t trailer[kSumBytes];
    if (const auto read = fill(trailer); !read) return read;
    if (load_u64(trailer) != sum) return damaged("the checksum of the nodes");
    return {};
  }

  /// The size of the node at `at` bytes, or 0 when it is not whole.
  size_t node_size(size_t at) const {
    const size_t most = header_.node_bytes - at;
    if (most < NodeView::kHeaderBytes) return 0;
    const NodeView node(content_->arena_.at(static_cast<Ref>(at / Arena::kUnitBytes)));
    const size_t label_bytes = node.data()[3];
    size_t used = NodeView::kHeaderBytes + ((label_bytes + 3) & ~size_t{3});
    if (used > most || label_bytes + content_->apex_.size() > dns::kMaxNameBytes) return 0;
    const Bytes labels = node.labels();
    for (size_t label = 0; label < labels.size(); label += labels[label] + 1U) {
      if (labels[label] == 0 || labels[label] > dns::kMaxLabelBytes ||
          label + labels[label] + 1U > labels.size())
        return 0;
    }
    for (size_t sets = node.rrset_count(); sets > 0; sets--) {
      if (most - used < RRsetView::kHeaderBytes) return 0;
      const RRsetView set(node.data() + used);
      const size_t set_size = set.padded_size();
      if (set_size > most - used || !holds_its_records(set, set_size)) return 0;
      used += set_size;
    }
    used = (used + Arena::kUnitBytes - 1) & ~(Arena::kUnitBytes - 1);
    return used <= most ? used : 0;
  }

  static bool holds_its_records(RRsetView set, size_t set_size) {
    const uint8_t* p = set.end() - set_size + RRsetView::kHeaderBytes;
    const uint8_t* const end = set.end();
    if (set.count() == 0) return false;
    for (size_t i = set.count(); i > 0; i--) {
      if (end - p < 2 || end - p - 2 < load_u16(p)) return false;
      p += 2 + load_u16(p);
    }
    return true;
  }

  /// Walks over all nodes and enters them into the indexes.
  Result<void> enter_nodes() {
    const uint64_t plain = header_.nodes - header_.nsec3_nodes;
    size_t at = Arena::kUnitBytes;
    content_->apex_ref_ = static_cast<Ref>(at / Arena::kUnitBytes);
    std::array<std::pair<uint64_t, Ref>, kNamesAhead> ahead;
    for (uint64_t number = 0; number < header_.nodes;) {
      Index& index = number < plain ? content_->index_ : content_->nsec3_index_;
      const uint64_t count =
          std::min<uint64_t>(kNamesAhead, (number < plain ? plain : header_.nodes) - number);
      for (size_t i = 0; i < count; i++) {
        const size_t size = node_size(at);
        if (size == 0) return damaged("a node");
        const auto ref = static_cast<Ref>(at / Arena::kUnitBytes);
        const NodeView node = content_->node(ref);
        if (node.has(NodeView::kApex) != (number + i == 0) || node.labels().empty() != (number + i == 0))
          return damaged("a node");
        ahead[i] = {OwnLabels(node.labels(), content_->apex_hash_).hash, ref};
        index.prefetch(ahead[i].first);
        count_records(node);
        at += size;
      }
      for (size_t i = 0; i < count; i++) index.insert(ahead[i].first, ahead[i].second, hash_of_);
      number += count;
    }
    return at == header_.node_bytes ? Result<void>() : damaged("the number of nodes");
  }

  void count_records(NodeView node) {
    bool is_hashed = false;
    node.for_each([&](RRsetView set) {
      content_->record_count_ += set.count();
      is_hashed |= set.type() == dns::RRType::kNsec3;
    });
    if (!node.is_empty() && !is_hashed) content_->name_count_++;
  }

  /// All nodes in the order of the file, which is the canonical one.
  std::vector<Ref> signed_order() const {
    std::vector<Ref> refs;
    refs.reserve(header_.nodes);
    size_t at = Arena::kUnitBytes;
    for (uint64_t number = 0; number < header_.nodes; number++) {
      refs.push_back(static_cast<Ref>(at / Arena::kUnitBytes));
      at += content_->node(refs.back()).size();
    }
    return refs;
  }

  const ReadBytes& read_;
  uint64_t left_;
  ImageHeader header_;
  std::shared_ptr<Content> content_;
  const Index::HashOf hash_of_ = [this](Ref ref) {
    return OwnLabels(content_->node(ref).labels(), content_->apex_hash_).hash;
  };
};

Result<Image> read_image_from(const ReadBytes& read, uint64_t size, dns::NameView apex,
                              dns::RRClass rr_class) {
  return ImageReader(read, size).run(apex, rr_class);
}

Result<std::string> read_image_note(const std::string& path) {
  auto file = os::SequentialFile::open(path);
  if (!file) return std::unexpected(file.error());
  const ReadBytes read = [&](MutableBytes to) { return file->read(to); };
  auto note = ImageReader(read, file->size()).note();
  if (!note) return failure("'" + path + "': " + note.error().text);
  return note;
}

Result<Image> read_image(const std::string& path, dns::NameView apex, dns::RRClass rr_class) {
  auto file = os::SequentialFile::open(path);
  if (!file) return std::unexpected(file.error());
  auto image = read_image_from([&](MutableBytes to) { return file->read(to); }, file->size(), apex, rr_class);
  if (!image) return failure("'" + path + "': " + image.error().text);
  return image;
}

}  // namespace nomen::zone
