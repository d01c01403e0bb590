// A data file of a scenario: zones, settings, questions and the answers that are expected (README.md).
// Thread rule: one thread.
#pragma once
#include <string>
#include <vector>

namespace nomen::scenarios {

/// Plays the file's scenario. What did not come as it should, one text for each question, with the line; what
/// is malformed in the file itself too. Empty: all is well.
std::vector<std::string> play(const std::string& path);

}  // namespace nomen::scenarios
