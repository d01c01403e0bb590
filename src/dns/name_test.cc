#include "dns/name.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace nomen::dns {
namespace {

Name name(std::string_view text) {
  return *Name::parse(text);
}

std::string error_of(std::string_view text) {
  const auto parsed = Name::parse(text);
  return parsed ? "none: " + to_string(*parsed) : parsed.error().text;
}

TEST(Name, TextGoesToWireAndBack) {
  const Name parsed = name("wWw.Example.");
  const std::vector<uint8_t> wire = {3, 'w', 'W', 'w', 7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 0};
  EXPECT_TRUE(equal(parsed.bytes(), wire));
  EXPECT_EQ(to_string(parsed), "wWw.Example.");
  EXPECT_EQ(to_string_no_dot(parsed), "wWw.Example");
  EXPECT_EQ(to_string(Name()), ".");
  EXPECT_EQ(to_string_no_dot(Name()), ".");
  EXPECT_EQ(parsed.label_count(), 2U);
  EXPECT_EQ(Name().label_count(), 0U);
}

TEST(Name, EscapesAreUndoneAndDone) {
  const Name parsed = name("a\\.b.\\000\\255\\065.x\\\\y.");
  const std::vector<uint8_t> wire = {3, 'a', '.', 'b', 3, 0, 255, 'A', 3, 'x', '\\', 'y', 0};
  EXPECT_TRUE(equal(parsed.bytes(), wire));
  EXPECT_EQ(to_string(parsed), "a\\.b.\\000\\255A.x\\\\y.");
  EXPECT_EQ(to_string(name("\\\"\\(\\)\\;\\@\\$\\032x.")), "\\\"\\(\\)\\;\\@\\$\\032x.");
}

TEST(Name, EveryByteSurvivesItsText) {
  for (int c = 0; c < 256; c++) {
    const uint8_t label[] = {static_cast<uint8_t>(c), 'x', static_cast<uint8_t>(c)};
    const Name made = *Name().with_label(label);
    EXPECT_TRUE(equal(name(to_string(made)).bytes(), made.bytes())) << c;
  }
}

TEST(Name, RelativeTextIsCompletedWithTheOrigin) {
  const Name origin = name("example.");
  EXPECT_EQ(to_string(*Name::parse("www", origin)), "www.example.");
  EXPECT_EQ(to_string(*Name::parse("www.", origin)), "www.");
  EXPECT_EQ(to_string(*Name::parse("@", origin)), "example.");
  EXPECT_EQ(to_string(*Name::parse("\\@", origin)), "\\@.example.");
  EXPECT_EQ(to_string(*Name::parse(".", origin)), ".");
  EXPECT_EQ(to_relative_string(name("a.b.Example."), origin), "a.b");
  EXPECT_EQ(to_relative_string(origin, origin), "@");
  EXPECT_EQ(to_relative_string(name("a.xexample."), origin), "a.xexample.");
  EXPECT_EQ(to_relative_string(name("a."), Name()), "a.");
}

TEST(Name, WrongTextSaysWhy) {
  EXPECT_EQ(error_of(""), "empty name");
  EXPECT_EQ(error_of("a..b"), "empty label");
  EXPECT_EQ(error_of(".a"), "empty label");
  EXPECT_EQ(error_of(".."), "empty label");
  EXPECT_EQ(error_of(std::string(64, 'a')), "label too long: more than 63 bytes");
  EXPECT_EQ(error_of("a\\"), "bad escape: nothing follows the backslash");
  EXPECT_EQ(error_of("a.\\[x1/1]"), "bad label type: \\[");
  EXPECT_EQ(error_of("\\256"), "bad escape: \\DDD is above 255");
  EXPECT_EQ(error_of("\\25"), "bad escape: expected three digits after the backslash");
}

TEST(Name, LimitsAreThoseOfRfc1035) {
  const std::string label(63, 'a');
  const std::string three = label + "." + label + "." + label + ".";
  EXPECT_TRUE(Name::parse(three + std::string(61, 'b') + "."));
  EXPECT_EQ(name(three + std::string(61, 'b') + ".").size(), 255U);
  EXPECT_FALSE(Name::parse(three + std::string(62, 'b') + "."));
  std::string many;
  for (int i = 0; i < 127; i++) many += "a.";
  EXPECT_EQ(name(many).label_count(), 127U);
  EXPECT_FALSE(Name::parse(many + "a."));
  EXPECT_FALSE(Name::parse(std::string(61, 'b'), name(three + "c.")));
  EXPECT_FALSE(name(many).with_label(as_bytes("a")));
  EXPECT_FALSE(Name().with_label({}));
  EXPECT_FALSE(Name().with_label(as_bytes(std::string(64, 'a'))));
  EXPECT_FALSE(Name::joined(name(three), name(three)));
}

TEST(Name, FromWireStopsAtWhatIsNoName) {
  const std::vector<uint8_t> good = {1, 'a', 0, 9, 9};
  EXPECT_EQ(Name::from_wire(good)->size(), 3U);
  for (const std::vector<uint8_t>& wire :
       {std::vector<uint8_t>{}, {1}, {1, 'a'}, {0xC0, 0}, {64}, {0x80, 0}}) {
    EXPECT_FALSE(Name::from_wire(wire));
  }
  std::vector<uint8_t> longest;
  for (int i = 0; i < 127; i++) longest.insert(longest.end(), {1, 'a'});
  longest.push_back(0);
  EXPECT_EQ(Name::from_wire(longest)->size(), 255U);
  longest.insert(longest.begin(), {1, 'a'});
  EXPECT_FALSE(Name::from_wire(longest));
}

TEST(Name, TheOrderIsThatOfRfc4034) {
  const std::vector<Name> sorted = {
      name("example."),         name("a.example."),      name("yljkjljk.a.example."),
      name("Z.a.example."),     name("zABC.a.EXAMPLE."), name("z.example."),
      name("\\001.z.example."), name("*.z.example."),    name("\\200.z.example.")};
  for (size_t i = 0; i < sorted.size(); i++) {
    for (size_t k = 0; k < sorted.size(); k++) {
      EXPECT_EQ(sorted[i] < sorted[k], i < k) << i << " " << k;
      EXPECT_EQ(sorted[i] == sorted[k], i == k);
    }
  }
  EXPECT_LT(Name(), sorted[0]);
}

TEST(Name, ComparingIgnoresCaseAndNothingElse) {
  EXPECT_EQ(name("A.Example."), name("a.eXAMPLE."));
  EXPECT_NE(name("a.example."), name("b.example."));
  EXPECT_NE(name("a\\.b."), name("a.b."));
  EXPECT_NE(name("\\064."), name("\\096.")) << "only letters have case: @ and ` differ by the same bit";
  EXPECT_NE(name("["), name("{"));
  EXPECT_EQ(NameHash()(name("A.Example.")), NameHash()(name("a.example.")));
}

TEST(Name, BelowIsByWholeLabels) {
  const Name zone = name("b.example.");
  EXPECT_TRUE(zone.view().is_at_or_below(name("Example.")));
  EXPECT_TRUE(zone.view().is_at_or_below(zone));
  EXPECT_FALSE(zone.view().is_below(zone));
  EXPECT_TRUE(zone.view().is_below(Name()));
  EXPECT_FALSE(name("ab.example.").view().is_at_or_below(zone));
  EXPECT_FALSE(name("x\\001b.example.").view().is_at_or_below(zone))
      << "a length byte inside a label is no label";
  EXPECT_EQ(to_string(name("a.b.c.").view().strip(2)), "c.");
  EXPECT_TRUE(name("*.a.").view().is_wildcard());
  EXPECT_FALSE(name("**.a.").view().is_wildcard());
}

TEST(Name, LoweringIsOfLettersOnly) {
  EXPECT_EQ(to_string(name("AZ\\091\\064.Example.").lowered()), "az[\\@.example.");
  std::mt19937 random(1);
  std::array<uint8_t, 400> from;
  std::array<uint8_t, 400> to;
  for (size_t size = 0; size < 260; size++) {
    for (uint8_t& byte : from) byte = static_cast<uint8_t>(random());
    lower_padded(from.data(), to.data(), size);
    for (size_t i = 0; i < size; i++) ASSERT_EQ(to[i], lower(from[i])) << int{from[i]};
  }
}

TEST(Name, IdnIsShownToPeopleWhereItIsValid) {
  EXPECT_EQ(to_unicode(name("xn--bcher-kva.example.")), "b\u00fccher.example");
  EXPECT_EQ(to_unicode(name("www.example.")), "www.example");
  EXPECT_EQ(to_unicode(name("xn--\\255.example.")), "xn--\\255.example");
}

}  // namespace
}  // namespace nomen::dns
