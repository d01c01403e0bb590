// The file of a catalog zone that the server generates (catalog_producer.h), before it lists anything.
// Thread rule: any thread.
#pragma once
#include <string>

namespace nomen::server {

/// Writes a catalog without members where there is no file yet; what goes wrong is logged. Its serial is the
/// time: a catalog that has lost its file goes on behind the serials that it had.
void begin_catalog(const std::string& path);

}  // namespace nomen::server
