// Each .scenario file of this folder is a test.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "scenario.h"

namespace nomen::scenarios {
namespace {

class ScenarioFile : public testing::Test {
 public:
  explicit ScenarioFile(std::string path) : path_(std::move(path)) {}
  void TestBody() override {
    for (const std::string& problem : play(path_)) ADD_FAILURE() << path_ << problem;
  }

 private:
  std::string path_;
};

/// The file's name as a test's: "rfc4592_wildcards".
std::string test_name(const std::filesystem::path& path) {
  std::string name = path.stem().string();
  for (char& c : name) {
    if (c == '-' || c == '.') c = '_';
  }
  return name;
}

}  // namespace
}  // namespace nomen::scenarios

int main(int argc, char** argv) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(NOMEN_SCENARIOS)) {
    if (entry.path().extension() == ".scenario") files.insert(entry.path());
  }
  for (const auto& path : files) {
    testing::RegisterTest("Scenario", nomen::scenarios::test_name(path).c_str(), nullptr, nullptr,
                          path.c_str(), 1,
                          [text = path.string()] { return new nomen::scenarios::ScenarioFile(text); });
  }
  testing::InitGoogleTest(&argc, argv);
  return files.empty() ? 1 : RUN_ALL_TESTS();
}
