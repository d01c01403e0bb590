// Any bytes as a master file: no crash, and the same records and diagnostics from the general reader alone as
// from a kernel, with all in one block or in small ones, and now and then on several threads.
#include <algorithm>
#include <cstdlib>

#include "dns/master_transcript.h"

namespace {

using namespace nomen::dns;

constexpr size_t kWhole =
    8192;  ///< mostly all of the text in one block; large ones cost more to make than to read

bool contains(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, [](char a, char b) {
            return lower(static_cast<uint8_t>(a)) == static_cast<uint8_t>(b);
          }).empty();
}

/// $GENERATE with more than two digits takes long, and $INCLUDE opens what it names: neither is what is
/// tried here.
bool is_out_of_scope(std::string_view text) {
  if (contains(text, "$include") && text.find('/') != std::string_view::npos) return true;
  if (!contains(text, "$generate")) return false;
  size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 2) return true;
  }
  return false;
}

void require_equal(const std::string& a, const std::string& b) {
  if (a != b) std::abort();
}

/// Threads take ten thousand times as long as a short text does: few inputs are worth it, and always the same
/// ones.
bool is_for_threads(const uint8_t* data, size_t size) {
  uint32_t hash = 2166136261U;
  for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * 16777619U;
  return hash % 4096 == 0;
}

}  // namespace

/// The first byte says how it is read a second time, the second how small the blocks are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (is_out_of_scope(text)) return 0;
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  options.include_directory = "/nonexistent";
  if ((data[0] & 1) != 0) options.default_ttl_s = 300;
  const std::string expected =
      master_transcript(text, options, {.kernel = &kDecliningKernel, .block_size = kWhole});
  static const auto kernels = usable_master_kernels();
  const MasterKernel* const kernel = kernels[(data[0] >> 1) % kernels.size()];
  MasterTuning tuning{.kernel = kernel, .block_size = size_t{16} + data[1], .parallel_from = 0};
  if (is_for_threads(data, size)) {
    options.threads = 3;
    require_equal(expected, master_transcript(text, options, tuning));
  } else {
    options.threads = 1;
    if ((data[0] & 0x80) == 0) tuning.block_size = kWhole;
    require_equal(expected, master_transcript(text, options, tuning));
  }
  return 0;
}
