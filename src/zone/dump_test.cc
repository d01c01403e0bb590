#include "zone/dump.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "zone/content_for_test.h"
#include "zone/node_order.h"
#include "zone/raw.h"

namespace nomen::zone {
namespace {

constexpr std::string_view kZone =
    "$TTL 3600\n@ SOA ns h 5 3600 900 1209600 300\n@ NS ns\nns A 192.0.2.1\nw 7 TXT a\na.b.c TXT x\nd.c TXT "
    "y\n*.e TXT z\n";

std::string dumped(const Content& content, DumpStyle style) {
  std::string text;
  dump_text(content, style, 0, [&](std::string_view piece) {
    text += piece;
    return true;
  });
  return text;
}

TEST(Dump, FullStyleSaysAllOnEachLine) {
  EXPECT_EQ(
      dumped(*content_of(
                 "$TTL 60\n@ SOA . . 1 1 1 1 1\nlong-long-long-long-long-long-long-long-name A 192.0.2.1\n",
                 "t."),
             DumpStyle::kFull),
      "t.\t\t\t\t\t      60 IN SOA\t\t. . 1 1 1 1 1\n"
      "long-long-long-long-long-long-long-long-name.t.\t60 IN A\t\t192.0.2.1\n");
}

TEST(Dump, RelativeStyleChangesOriginWhereNamesBranch) {
  const std::string text = dumped(*content_of(kZone, "example.com."), DumpStyle::kRelative);
  std::string origins;
  for (size_t at = text.find("$ORIGIN"); at != std::string::npos; at = text.find("$ORIGIN", at + 1)) {
    origins += text.substr(at + 8, text.find('\n', at) - at - 8) + " ";
  }
  EXPECT_EQ(origins, ". c.example.com. e.example.com. example.com. ");
  EXPECT_NE(text.find("\na.b\t\t\tTXT\t\"x\"\n"), std::string::npos) << text;
}

TEST(Dump, ReadsBackAsTheSameContent) {
  const ContentPtr content = content_of(kZone, "example.com.");
  for (const DumpStyle style : {DumpStyle::kFull, DumpStyle::kRelative}) {
    EXPECT_EQ(describe(*content_of(dumped(*content, style), "example.com.")), describe(*content));
  }
}

TEST(Dump, StopsWhenNobodyReads) {
  EXPECT_FALSE(dump_text(*content_of(kZone, "example.com."), DumpStyle::kFull, 0,
                         [](std::string_view) { return false; }));
}

TEST(NodeOrder, IsTheOrderOfNames) {
  std::mt19937 random(7);
  std::string text;
  const char* const labels[] = {
      "a",      "A0",    "b",     "aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaab", "\\255", "\\254",
      "\\253x", "\\000", "z\\000"};
  for (int i = 0; i < 400; i++) {
    std::string name;
    for (unsigned k = 0; k < 1 + random() % 4; k++)
      name += std::string(labels[random() % std::size(labels)]) + ".";
    text += name + "example.com. 60 TXT x\n";
  }
  const ContentPtr content = content_of(text, "example.com.");
  const std::vector<Ref> sorted = content->sorted_nodes();
  ASSERT_GT(sorted.size(), 100U);
  for (size_t i = 1; i < sorted.size(); i++) {
    EXPECT_TRUE(content->node(sorted[i - 1]).owner(content->apex()) <
                content->node(sorted[i]).owner(content->apex()));
  }
}

std::string raw_of(const Content& content, const RawHeader& header) {
  std::string bytes;
  write_raw(content, header, [&](std::string_view piece) {
    bytes += piece;
    return true;
  });
  return bytes;
}

Result<RawHeader> read_back(std::string_view bytes, ContentPtr& content) {
  const dns::Name apex = name_of("example.com.");
  ContentWriter writer(apex, dns::RRClass::kIn, 0, {});
  Diagnostics diagnostics;
  auto header = read_raw(as_bytes(bytes), apex, dns::RRClass::kIn, "raw",
                         [&](const dns::RecordBatch& batch) { writer.add(batch, diagnostics); });
  content = writer.finish(diagnostics);
  return header;
}

TEST(Raw, ReadsBackWhatItWrote) {
  const ContentPtr content = content_of(kZone, "example.com.");
  for (const uint32_t version : {0U, 1U}) {
    RawHeader header;
    header.version = version;
    header.dumped_at_s = 1234;
    if (version == 1) header.source_serial = 77;
    ContentPtr back;
    const auto read = read_back(raw_of(*content, header), back);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->dumped_at_s, 1234U);
    EXPECT_EQ(read->source_serial.has_value(), version == 1);
    EXPECT_EQ(describe(*back), describe(*content));
  }
}

TEST(Raw, EveryCutIsAnErrorOrTheEndOfAnRRset) {
  const std::string bytes = raw_of(*content_of(kZone, "example.com."), {});
  size_t good = 0;
  for (size_t size = 0; size < bytes.size(); size++) {
    ContentPtr content;
    good += read_back(bytes.substr(0, size), content) ? 1 : 0;
  }
  EXPECT_EQ(good, 7U);  // behind the header, and behind each of the RRsets but the last
}

}  // namespace
}  // namespace nomen::zone
