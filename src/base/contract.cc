#include "base/contract.h"

#include <cstdio>
#include <cstdlib>

namespace nomen {

void contract_broken(const char* kind, const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken contract: %s %s\n", file, line, kind, what);
  std::abort();
}

}  // namespace nomen
