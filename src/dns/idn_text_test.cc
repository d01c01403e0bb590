#include "dns/idn_text.h"

#include <gtest/gtest.h>

namespace nomen::dns {
namespace {

TEST(IdnText, ShowsNamesAtTheEndOfTheLine) {
  EXPECT_EQ(with_idn_shown("zone xn--bcher-kva.example/IN: loaded serial 1"),
            "zone xn--bcher-kva.example/IN: loaded serial 1 [bücher.example]");
  EXPECT_EQ(with_idn_shown("a.zone:3: ignoring out-of-zone data (www.XN--BCHER-KVA.test)"),
            "a.zone:3: ignoring out-of-zone data (www.XN--BCHER-KVA.test) [www.bücher.test]");
}

TEST(IdnText, ShowsEachNameOnce) {
  EXPECT_EQ(with_idn_shown("xn--bcher-kva.a: xn--bcher-kva.a and xn--mnchen-3ya.b"),
            "xn--bcher-kva.a: xn--bcher-kva.a and xn--mnchen-3ya.b [bücher.a, münchen.b]");
}

TEST(IdnText, LeavesLinesWithoutValidOnesAlone) {
  for (const char* line : {"", "zone example/IN: loaded serial 1", "xn--", "zone xn--\x80.example: x",
                           "x n--a", "zone xn--0000000000000.example: x", "xn--..a"}) {
    EXPECT_EQ(with_idn_shown(line), line);
  }
}

}  // namespace
}  // namespace nomen::dns
