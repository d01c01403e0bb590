#include "server/update_inbox.h"

#include <gtest/gtest.h>

namespace nomen::server {
namespace {

ForwardedUpdates some(size_t count) {
  ForwardedUpdates updates;
  for (size_t i = 0; i < count; i++) updates.push_back(std::make_unique<ForwardedUpdate>());
  return updates;
}

TEST(UpdateInbox, WakesTheDeskOnceUntilItHasFoundNothing) {
  int wakes = 0;
  UpdateInbox inbox([&] { wakes++; });
  ForwardedUpdates first = some(1);
  inbox.put(first);
  EXPECT_EQ(wakes, 1);
  ForwardedUpdates second = some(2);
  inbox.put(second);
  EXPECT_EQ(inbox.take().size(), 3U);
  // The desk is at work: it comes back by itself.
  ForwardedUpdates third = some(1);
  inbox.put(third);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(inbox.take().size(), 1U);
  EXPECT_TRUE(inbox.take().empty());
  ForwardedUpdates fourth = some(1);
  inbox.put(fourth);
  EXPECT_EQ(wakes, 2);
}

TEST(UpdateInbox, KeepsTheirOrder) {
  UpdateInbox inbox([] {});
  ForwardedUpdates updates = some(3);
  const std::vector<const ForwardedUpdate*> order = {updates[0].get(), updates[1].get(), updates[2].get()};
  inbox.put(updates);
  EXPECT_TRUE(updates.empty());
  const ForwardedUpdates taken = inbox.take();
  ASSERT_EQ(taken.size(), order.size());
  for (size_t i = 0; i < order.size(); i++) EXPECT_EQ(taken[i].get(), order[i]);
}

TEST(UpdateInbox, LeavesThoseForWhichThereIsNoRoom) {
  UpdateInbox inbox([] {});
  ForwardedUpdates updates = some(UpdateInbox::kMostWaiting + 2);
  const ForwardedUpdate* const last = updates.back().get();
  inbox.put(updates);
  ASSERT_EQ(updates.size(), 2U);
  EXPECT_EQ(updates.back().get(), last);
  EXPECT_EQ(inbox.take().size(), UpdateInbox::kMostWaiting);
  inbox.put(updates);
  EXPECT_TRUE(updates.empty());
}

}  // namespace
}  // namespace nomen::server
