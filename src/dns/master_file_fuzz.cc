// Any bytes as a master file: no crash, and the same records and diagnostics from each kernel, from the general reader
// alone, and from small blocks on several threads.
#include <algorithm>
#include <cstdlib>

#include "dns/master_transcript.h"

namespace {

using namespace nomen::dns;

bool contains(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, [](char a, char b) {
            return lower(static_cast<uint8_t>(a)) == static_cast<uint8_t>(b);
          }).empty();
}

/// $GENERATE with more than three digits takes long, and $INCLUDE opens what it names: neither is what is tried here.
bool is_out_of_scope(std::string_view text) {
  if (contains(text, "$include") && text.find('/') != std::string_view::npos) return true;
  if (!contains(text, "$generate")) return false;
  size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 3) return true;
  }
  return false;
}

void require_equal(const std::string& a, const std::string& b) {
  if (a != b || a.find("BAD ") != std::string::npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (is_out_of_scope(text)) return 0;
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  options.include_directory = "/nonexistent";
  if ((data[0] & 1) != 0) options.default_ttl_s = 300;
  const std::string expected = master_transcript(text, options, {.kernel = &kDecliningKernel});
  for (const MasterKernel* kernel : usable_master_kernels()) {
    require_equal(expected, master_transcript(text, options, {.kernel = kernel}));
  }
  MasterTuning tuning;
  tuning.block_size = 16 + data[1];
  tuning.parallel_from = 0;
  options.threads = (data[0] & 0x70) == 0 ? 3 : 1;
  require_equal(expected, master_transcript(text, options, tuning));
  return 0;
}
