#include "base/os/parallel.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace nomen::os {
namespace {

TEST(Parallel, EachNumberOnceAndAllAtOnce) {
  std::latch all_begun(4);
  std::vector<std::thread::id> threads(4);
  run_in_parallel(4, [&](size_t number) {
    all_begun.arrive_and_wait();
    threads[number] = std::this_thread::get_id();
  });
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  for (size_t i = 0; i < 4; i++) {
    EXPECT_NE(threads[i], std::thread::id());
    for (size_t k = 0; k < i; k++) EXPECT_NE(threads[i], threads[k]);
  }
}

TEST(Parallel, OneIsTheCallersAndNoneIsNothing) {
  size_t calls = 0;
  run_in_parallel(1, [&](size_t number) { calls += number + 1; });
  EXPECT_EQ(calls, 1U);
  run_in_parallel(0, [&](size_t) { calls++; });
  EXPECT_EQ(calls, 1U);
}

}  // namespace
}  // namespace nomen::os
