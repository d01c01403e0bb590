#include "server/loader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace nomen::server {
namespace {

class LoaderPaces : public testing::TestWithParam<Loader::Pace> {};

/// Loads one small zone over and over, each time as soon as the one before is delivered: while the thread
/// ends, or begins to wait.
TEST_P(LoaderPaces, TakesJobsWhileItsThreadComesToAnEnd) {
  constexpr size_t kRounds = 5000;
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("nomen_loader_test." + std::to_string(::getpid()) + ".zone");
  std::ofstream(file) << "@ 60 IN SOA ns host 1 2 3 4 5\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\n";
  auto loop = net::EventLoop::create();
  ASSERT_TRUE(loop);
  auto zone = std::make_shared<config::Zone>();
  zone->name_wire = std::string("\7example\0", 9);
  zone->file = file;
  zone->options = std::make_shared<config::ZoneOptions>();
  const auto directory = std::make_shared<const std::string>("/");
  size_t loaded = 0;
  std::function<void()> add;
  Loader loader(**loop, 1, [&](std::span<LoadOutcome> outcomes) {
    for (const LoadOutcome& outcome : outcomes) loaded += outcome.result.content != nullptr ? 1 : 0;
    if (loaded < kRounds) {
      add();
    } else {
      (*loop)->stop();
    }
  });
  add = [&] {
    std::vector<LoadJob> jobs(1);
    jobs[0].zone = zone;
    loader.add({directory, std::move(jobs)}, GetParam());
  };
  add();
  (*loop)->run();
  EXPECT_EQ(loaded, kRounds);
  EXPECT_EQ(loader.pending(), 0U);
  std::filesystem::remove(file);
}

INSTANTIATE_TEST_SUITE_P(All, LoaderPaces,
                         testing::Values(Loader::Pace::kFirst, Loader::Pace::kGently, Loader::Pace::kUrgent));

}  // namespace
}  // namespace nomen::server
