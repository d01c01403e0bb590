#include "server/loader.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace nomen::server {

namespace {

constexpr size_t kBatchOutcomes = 512;                      // many small zones: one wake-up for so many
constexpr auto kBatchTime = std::chrono::milliseconds(20);  // and none waits longer than this

void lower_priority() {
  // Of the calling thread: the kernel's threads have priorities of their own.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
}

}  // namespace

Loader::Loader(net::EventLoop& loop, unsigned threads, Deliver deliver)
    : loop_(loop), max_threads_(std::max(1U, threads)), deliver_(std::move(deliver)) {}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Loader::add(std::vector<LoadJob> jobs, bool gently) {
  if (jobs.empty()) return;
  pending_ += jobs.size();
  const std::lock_guard lock(mutex_);
  if (running_ == 0) {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  const bool alone = jobs.size() == 1;
  for (LoadJob& job : jobs) {
    if (alone) job.request.threads = max_threads_;  // one zone: its file is parsed by all
    jobs_.push_back(std::move(job));
  }
  const auto wanted = static_cast<unsigned>(std::min<size_t>(max_threads_, jobs_.size()));
  while (running_ < wanted) {
    running_++;
    threads_.emplace_back([this, gently] { run(gently); });
  }
}

void Loader::hand_over(std::vector<LoadOutcome>& outcomes) {
  if (outcomes.empty()) return;
  auto shared = std::make_shared<std::vector<LoadOutcome>>(std::move(outcomes));
  outcomes = {};
  outcomes.reserve(kBatchOutcomes);
  loop_.post([this, shared] {
    pending_ -= shared->size();
    deliver_(std::move(*shared));
  });
}

void Loader::run(bool gently) {
  if (gently) lower_priority();
  std::vector<LoadOutcome> outcomes;
  outcomes.reserve(kBatchOutcomes);
  auto last = std::chrono::steady_clock::now();
  for (;;) {
    LoadJob job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty() || ending_) {
        running_--;
        break;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    zone::LoadResult result = zone::load_zone(job.request);
    job.request.previous.reset();
    outcomes.push_back({std::move(job), std::move(result)});
    const auto now = std::chrono::steady_clock::now();
    if (outcomes.size() >= kBatchOutcomes || now - last > kBatchTime) {
      hand_over(outcomes);
      last = now;
    }
  }
  hand_over(outcomes);
}

}  // namespace nomen::server
