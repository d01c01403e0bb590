#include "base/os/usable_cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace nomen::os {
namespace {

TEST(UsableCores, OnlyThoseThatTheThreadMayRunOn) {
  unsigned found = 0;
  std::thread([&] {
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(static_cast<size_t>(::sched_getcpu()), &here);
    ASSERT_EQ(::sched_setaffinity(0, sizeof here, &here), 0);
    found = usable_cores();
  }).join();
  EXPECT_EQ(found, 1U);
}

TEST(UsableCores, AtLeastOneAndNoMoreThanThereAre) {
  EXPECT_GE(usable_cores(), 1U);
  EXPECT_LE(usable_cores(), std::thread::hardware_concurrency());
}

}  // namespace
}  // namespace nomen::os
