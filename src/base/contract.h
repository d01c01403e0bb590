// Contracts: what we promised each other. They stay on in release builds; a broken one ends the process,
// because going on would serve wrong answers. What the network or a person can cause is a Result, never this.
#pragma once

namespace nomen {

[[noreturn]] void contract_broken(const char* kind, const char* what, const char* file, int line);

}  // namespace nomen

#define NOMEN_REQUIRE(condition) \
  ((condition) ? void(0) : ::nomen::contract_broken("requires", #condition, __FILE__, __LINE__))
#define NOMEN_ENSURE(condition) \
  ((condition) ? void(0) : ::nomen::contract_broken("ensures", #condition, __FILE__, __LINE__))
