// The root of the source tree, for tests and fuzz targets that read its files (vectors, seeds, pages);
// nothing else may know it. CMake writes the definition and compiles it into each of these programs: so the
// path is in one small object, and all others are the same wherever the tree lies, which ccache needs to find
// them again.
#pragma once

namespace nomen {

extern const char* const kSourceDir;  ///< without a slash at its end

}  // namespace nomen
