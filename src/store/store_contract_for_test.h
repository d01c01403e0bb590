// What every VersionStore has to do, told as one test that each store runs.
// Thread rule: free function, on the test's thread.
#pragma once
#include <functional>
#include <memory>

#include "store/version_store.h"

namespace nomen::store {

/// `open` gives an empty store.
void check_store_contract(const std::function<std::unique_ptr<VersionStore>()>& open);

}  // namespace nomen::store
