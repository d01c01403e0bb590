#include "server/job_line.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace nomen::server {
namespace {

TEST(JobLine, JobsAreDoneInTheirOrderAndAllBeforeItsEnd) {
  std::vector<int> done;
  {
    JobLine<int> line({}, [&](std::vector<int>& jobs) { done.push_back(jobs.front()); });
    for (int i = 0; i < 1000; i++) line.add(i);
  }
  ASSERT_EQ(done.size(), 1000U);
  for (int i = 0; i < 1000; i++) EXPECT_EQ(done[static_cast<size_t>(i)], i);
}

TEST(JobLine, AThreadThatHasEndedIsFollowedByAnother) {
  std::atomic<int> sum = 0;
  JobLine<int> line({.nice = 5}, [&](std::vector<int>& jobs) { sum += jobs.front(); });
  for (int i = 0; i < 100; i++) {
    line.add(1);
    line.finish();
    EXPECT_EQ(sum, i + 1);
  }
}

TEST(JobLine, WaitingJobsGoTogetherUpToALimitAndMayBeDropped) {
  std::promise<void> may_go;
  std::vector<std::vector<int>> calls;
  {
    JobLine<int> line({.most_at_once = 3}, [&](std::vector<int>& jobs) {
      if (jobs.front() == 0) may_go.get_future().wait();
      calls.push_back(jobs);
    });
    // The first one waits, alone or with those that came before the thread looked.
    for (int i = 0; i < 9; i++) line.add(i);
    line.drop([](const int& job) { return job >= 7; });
    may_go.set_value();
  }
  std::vector<int> all;
  for (const auto& jobs : calls) {
    EXPECT_LE(jobs.size(), 3U);
    all.insert(all.end(), jobs.begin(), jobs.end());
  }
  EXPECT_EQ(all, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace nomen::server
