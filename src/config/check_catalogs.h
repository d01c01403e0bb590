// What can be said of generated catalogs only when the whole configuration is known.
// Thread rule: a free function, any thread.
#pragma once
#include "base/diagnostic.h"
#include "config/model.h"

namespace nomen::config {

/// `catalog-zone` names a zone of the same view with `catalog-generate yes`: an error, but of a zone that
/// rndc has added a warning, as its catalog may have gone by a command, too.
Diagnostics catalog_problems(const Config& config);

}  // namespace nomen::config
