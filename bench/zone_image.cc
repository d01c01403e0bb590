// How long a zone takes from its image to the first lookup, beside reading its master file.
//
//   bench_zone_image FILE ORIGIN IMAGE [ROUNDS]
//
// IMAGE is written first, then read ROUNDS (5) times. Prints one JSON object a round; times in milliseconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "zone/image.h"
#include "zone/load.h"

namespace nomen {
namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

int measure(const std::string& file, const std::string& origin, const std::string& path, int rounds) {
  zone::LoadRequest request;
  request.path = file;
  const auto apex = dns::Name::parse(origin);
  if (!apex) return fail(apex.error().text);
  request.apex = *apex;
  const double load_from_ms = now_ms();
  const zone::LoadResult loaded = zone::load_zone(request);
  const double load_ms = now_ms() - load_from_ms;
  if (!loaded.content) return fail("the zone does not load");
  const double write_from_ms = now_ms();
  if (const auto written = zone::write_image(*loaded.content, "", path); !written)
    return fail(written.error().text);
  const double write_ms = now_ms() - write_from_ms;
  for (int round = 0; round < rounds; round++) {
    const double read_from_ms = now_ms();
    const auto image = zone::read_image(path, *apex, dns::RRClass::kIn);
    if (!image) return fail(image.error().text);
    const bool found = static_cast<bool>(image->content->find(*apex));
    const double read_ms = now_ms() - read_from_ms;
    std::printf(
        "{\"records\": %llu, \"nodes\": %llu, \"image_bytes\": %llu, \"load_ms\": %.1f, \"write_ms\": %.1f, "
        "\"first_lookup_ms\": %.1f, \"found\": %s}\n",
        static_cast<unsigned long long>(image->content->record_count()),
        static_cast<unsigned long long>(image->content->node_count()),
        static_cast<unsigned long long>(std::filesystem::file_size(path)), load_ms, write_ms, read_ms,
        found ? "true" : "false");
  }
  return 0;
}

}  // namespace
}  // namespace nomen

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s FILE ORIGIN IMAGE [ROUNDS]\n", argv[0]);
    return 2;
  }
  return nomen::measure(argv[1], argv[2], argv[3], argc > 4 ? std::atoi(argv[4]) : 5);
}
