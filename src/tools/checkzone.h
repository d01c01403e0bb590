// `nomen checkzone`, and `named-checkzone` and `named-compilezone` by BIND's flags, wording and exit codes.
#pragma once
#include <cstdint>

namespace nomen::tools {

enum class CheckzoneFace : uint8_t { kNamedCheckzone, kNamedCompilezone, kNomen };

/// Returns the exit code: 0 for a zone that a server would load, 1 for all else.
int checkzone_main(int argc, char** argv, CheckzoneFace face);

}  // namespace nomen::tools
