#include "dns/master_file.h"

#include "dns/master_reader.h"

namespace nomen::dns {

Result<MasterFileSummary> read_master_file(const std::string& path, const MasterFileOptions& options,
                                           const ConsumeBatch& consume) {
  auto file = os::SequentialFile::open(path);
  if (!file) return std::unexpected(file.error());
  return read_master_file(*file, path, options, consume);
}

MasterFileSummary read_master_file(os::SequentialFile& file, const std::string& path,
                                   const MasterFileOptions& options, const ConsumeBatch& consume) {
  return MasterReader(options, {}, consume).read(TextInput(file), path);
}

MasterFileSummary read_master_text(std::string_view text, const std::string& name,
                                   const MasterFileOptions& options, const ConsumeBatch& consume) {
  return MasterReader(options, {}, consume).read(TextInput(text), name);
}

}  // namespace nomen::dns
