#include "zone/image.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/os/file.h"
#include "zone/content_for_test.h"
#include "zone/lookup.h"

namespace nomen::zone {
namespace {

constexpr std::string_view kPlain =
    "$TTL 60\n"
    "@ SOA ns host 7 2 3 4 5\n@ NS ns\n@ NS ns.other.test.\n"
    "ns A 192.0.2.1\nns AAAA 2001:db8::1\n* TXT wild\nAlias CNAME ns\nback DNAME other.test.\n"
    "cut NS ns.cut\nns.cut A 192.0.2.3\ndeep.er.name MX 10 ns\n";

constexpr std::string_view kNsec =
    "$TTL 60\n"
    "@ SOA ns host 7 2 3 4 5\n@ NS ns\n@ NSEC b SOA NS NSEC\n"
    "b A 192.0.2.1\nb NSEC ns A NSEC\nns A 192.0.2.1\nns NSEC @ A NSEC\n";

constexpr std::string_view kNsec3 =
    "$TTL 60\n"
    "@ SOA ns host 7 2 3 4 5\n@ NS ns\n@ NSEC3PARAM 1 0 0 -\nns A 192.0.2.1\n"
    "VBK9NNLFVIMJHGF8A19LTQ0TV6ML4SKJ NSEC3 1 0 0 - 0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM A\n"
    "0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TOM NSEC3 1 0 0 - VBK9NNLFVIMJHGF8A19LTQ0TV6ML4SKJ SOA NS\n";

class ImageTest : public testing::Test {
 protected:
  ImageTest() {
    std::string pattern = testing::TempDir() + "image_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ + "/zone.image";
  }
  ~ImageTest() override { std::filesystem::remove_all(directory_); }

  ContentPtr round_trip(const Content& content) {
    const auto written = write_image(content, "note", path_);
    EXPECT_TRUE(written) << written.error().text;
    auto image = read_image(path_, content.apex(), content.rr_class());
    EXPECT_TRUE(image) << image.error().text;
    EXPECT_EQ(image->note, "note");
    return image->content;
  }
  static std::string error_of(Bytes bytes) {
    const uint64_t size = bytes.size();
    const auto read = [&](MutableBytes to) -> Result<size_t> {
      const size_t count = std::min(to.size(), bytes.size());
      std::copy_n(bytes.begin(), count, to.begin());
      bytes = bytes.subspan(count);
      return count;
    };
    const auto image = read_image_from(read, size, name_of("example.com."), dns::RRClass::kIn);
    return image ? "" : image.error().text;
  }
  std::vector<uint8_t> image_bytes(std::string_view text) {
    EXPECT_TRUE(write_image(*content_of(text, "example.com."), "stamp", path_));
    const auto bytes = os::read_file(path_);
    return {bytes->begin(), bytes->end()};
  }

  std::string directory_;
  std::string path_;
};

TEST_F(ImageTest, ComesBackAsItWas) {
  for (const std::string_view text : {kPlain, kNsec, kNsec3}) {
    const ContentPtr content = content_of(text, "example.com.");
    const ContentPtr image = round_trip(*content);
    EXPECT_EQ(describe(*image), describe(*content));
    EXPECT_EQ(image->is_signed(), content->is_signed());
    EXPECT_EQ(image->soa_names().mname_own, content->soa_names().mname_own);
  }
}

/// One that several threads take part in reading.
std::string large_zone() {
  std::string text(kPlain);
  const std::string filling(200, 'x');
  for (int i = 0; i < 100000; i++) text += "n" + std::to_string(i) + " TXT " + filling + "\n";
  return text;
}

TEST_F(ImageTest, ALargeOneComesBackAsItWas) {
  const ContentPtr content = content_of(large_zone(), "example.com.");
  const ContentPtr image = round_trip(*content);
  ASSERT_GT(std::filesystem::file_size(path_), 20U << 20);
  EXPECT_EQ(image->record_count(), content->record_count());
  EXPECT_EQ(image->node_count(), content->node_count());
  size_t found = 0;
  content->for_each_node([&](NodeView node, Ref) {
    const NodeView again = image->find(node.owner(content->apex()));
    ASSERT_TRUE(again);
    found += equal({again.data(), again.size()}, {node.data(), node.size()}) ? 1 : 0;
  });
  EXPECT_EQ(found, content->node_count());
}

TEST_F(ImageTest, ALargeOneThatIsDamagedIsRefused) {
  std::vector<uint8_t> bytes = image_bytes(large_zone());
  EXPECT_NE(error_of(Bytes(bytes).first(bytes.size() / 2)), "");
  bytes[bytes.size() / 3] ^= 1;
  EXPECT_NE(error_of(bytes), "");
  bytes[bytes.size() / 3] ^= 1;
  EXPECT_EQ(error_of(bytes), "");
}

TEST_F(ImageTest, EveryNameIsFound) {
  const ContentPtr content = content_of(kPlain, "example.com.");
  const ContentPtr image = round_trip(*content);
  content->for_each_node([&](NodeView node, Ref) {
    const dns::Name owner = node.owner(content->apex());
    EXPECT_TRUE(image->find(owner)) << dns::to_string(owner);
  });
  EXPECT_FALSE(image->find(name_of("nowhere.example.com.")));
  dns::HashedName name;
  name.assign(name_of("x.y.example.com."));
  EXPECT_TRUE(lookup(*image, name, dns::RRType::kTxt).is_wildcard);
}

TEST_F(ImageTest, ProofsAreTheSame) {
  const ContentPtr nsec = content_of(kNsec, "example.com.");
  const ContentPtr nsec_image = round_trip(*nsec);
  const auto owner_before = [](const Content& content, std::string_view name) {
    const Ref ref = content.denial()->nsec_at_or_before(content, name_of(name));
    return dns::to_string(content.node(ref).owner(content.apex()));
  };
  for (const char* name : {"a.example.com.", "b.example.com.", "c.example.com.", "z.example.com."})
    EXPECT_EQ(owner_before(*nsec_image, name), owner_before(*nsec, name));
  const ContentPtr nsec3_image = round_trip(*content_of(kNsec3, "example.com."));
  ASSERT_TRUE(nsec3_image->denial());
  Nsec3Hash hash{};
  const NodeView last = nsec3_image->node(nsec3_image->denial()->nsec3_covering(hash));
  EXPECT_EQ(last.labels()[1], 'V');
}

TEST_F(ImageTest, IsTheBaseOfNextVersions) {
  const ContentPtr content = content_of(kPlain, "example.com.");
  const ContentPtr image = round_trip(*content);
  Change change;
  change.removed.add(name_of("ns.example.com."), dns::RRType::kA, 60,
                     as_bytes(std::string_view("\xc0\0\2\1", 4)));
  change.removed.add(name_of("deep.er.name.example.com."), dns::RRType::kMx, 60,
                     image->find(name_of("deep.er.name.example.com.")).find(dns::RRType::kMx).first_rdata());
  for (int i = 0; i < 500; i++) {
    change.added.add(name_of("h" + std::to_string(i) + ".new.example.com."), dns::RRType::kA, 60,
                     as_bytes("abcd"));
  }
  const std::string before = describe(*image);
  std::string next[2];
  for (const ContentPtr& base : {content, image}) {
    ContentWriter writer(*base, {});
    ASSERT_TRUE(writer.apply(change));
    Diagnostics diagnostics;
    const ContentPtr version = writer.finish(diagnostics);
    next[base == image ? 1 : 0] = describe(*version);
    EXPECT_EQ(describe(*round_trip(*version)), describe(*version));
  }
  EXPECT_EQ(next[1], next[0]);
  EXPECT_EQ(describe(*image), before);
}

TEST_F(ImageTest, ManyChunksComeBack) {
  std::string text(kPlain);
  const std::string filling(200, 'x');
  for (int i = 0; i < 30000; i++) text += "t" + std::to_string(i) + " TXT \"" + filling + "\"\n";
  const ContentPtr content = content_of(text, "example.com.");
  EXPECT_EQ(describe(*round_trip(*content)), describe(*content));
}

TEST_F(ImageTest, OfAnotherZoneIsRefused) {
  ASSERT_TRUE(write_image(*content_of(kPlain, "example.com."), "", path_));
  const auto other = read_image(path_, name_of("example.org."), dns::RRClass::kIn);
  EXPECT_EQ(other.error().text, "'" + path_ + "': the image is of another zone: example.com");
  EXPECT_FALSE(read_image(path_, name_of("example.com."), dns::RRClass::kCh));
  EXPECT_TRUE(read_image(path_, name_of("EXAMPLE.com."), dns::RRClass::kIn));
  EXPECT_FALSE(read_image(path_ + "x", name_of("example.com."), dns::RRClass::kIn));
}

TEST_F(ImageTest, EveryFlippedBitAndEveryCutIsNoticed) {
  std::vector<uint8_t> bytes = image_bytes(kNsec3);
  EXPECT_EQ(error_of(bytes), "");
  for (size_t size = 0; size < bytes.size(); size++) EXPECT_NE(error_of(Bytes(bytes).first(size)), "");
  for (size_t bit = 0; bit < bytes.size() * 8; bit++) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_NE(error_of(bytes), "") << "bit " << bit;
    bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
  }
  bytes.push_back(0);
  EXPECT_NE(error_of(bytes), "");
}

TEST_F(ImageTest, TheLayoutIsTheSameEachTime) {
  EXPECT_EQ(node_layout(), node_layout());
  std::vector<uint8_t> bytes = image_bytes(kPlain);
  EXPECT_EQ(load_u64(&bytes[16]), node_layout());
}

}  // namespace
}  // namespace nomen::zone
