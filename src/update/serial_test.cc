#include "update/serial.h"

#include <gtest/gtest.h>

namespace nomen::update {
namespace {

constexpr uint64_t kNow = 1795236720;  // 2026-11-21 03:32:00 UTC

uint32_t next(uint32_t serial, SerialMethod method, uint64_t now_s = kNow) {
  return next_serial({serial}, method, now_s).value;
}

TEST(NextSerial, IncrementsAndNeverBecomesZero) {
  EXPECT_EQ(next(1, SerialMethod::kIncrement), 2U);
  EXPECT_EQ(next(0, SerialMethod::kIncrement), 1U);
  EXPECT_EQ(next(0x7fffffff, SerialMethod::kIncrement), 0x80000000U);
  EXPECT_EQ(next(0xffffffff, SerialMethod::kIncrement), 1U);
}

TEST(NextSerial, UnixtimeIsTheTimeWhereThatIsLater) {
  EXPECT_EQ(next(1, SerialMethod::kUnixtime), kNow);
  EXPECT_EQ(next(kNow, SerialMethod::kUnixtime), kNow + 1);
  EXPECT_EQ(next(kNow + 100, SerialMethod::kUnixtime), kNow + 101) << "a clock that is behind";
}

TEST(NextSerial, DateIsTheDayWhereThatIsLater) {
  EXPECT_EQ(next(1, SerialMethod::kDate), 2026112100U);
  EXPECT_EQ(next(2026112099, SerialMethod::kDate), 2026112100U);
  EXPECT_EQ(next(2026112100, SerialMethod::kDate), 2026112101U);
  EXPECT_EQ(next(2026112105, SerialMethod::kDate), 2026112106U);
  EXPECT_EQ(next(1, SerialMethod::kDate, 1709164800), 2024022900U);
}

// RFC 1982: what is later depends on the distance.
TEST(NextSerial, ASerialThatLooksGreaterMayBeEarlier) {
  EXPECT_EQ(next(4294967000U, SerialMethod::kUnixtime), kNow) << "around the end of the numbers";
  EXPECT_EQ(next(3000000000U, SerialMethod::kDate), 3000000001U);
  for (uint32_t serial = 0; serial < 0xfff00000U; serial += 0x000fffffU) {
    for (const auto method : {SerialMethod::kIncrement, SerialMethod::kUnixtime, SerialMethod::kDate}) {
      const dns::Serial after = next_serial({serial}, method, kNow);
      ASSERT_TRUE(after.is_after({serial})) << serial;
      ASSERT_NE(after.value, 0U);
    }
  }
}

}  // namespace
}  // namespace nomen::update
