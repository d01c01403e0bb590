#include "base/os/parallel.h"

#include <thread>
#include <vector>

namespace nomen::os {

void run_in_parallel(size_t count, const std::function<void(size_t)>& work) {
  std::vector<std::thread> others;
  for (size_t number = 1; number < count; number++) others.emplace_back([&work, number] { work(number); });
  if (count > 0) work(0);
  for (std::thread& other : others) other.join();
}

}  // namespace nomen::os
