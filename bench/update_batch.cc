// Dynamic updates in batches, without the network, signatures and the log: each update deletes a name's
// addresses or adds one, and a batch of them makes a version.
//
//   bench_update_batch FILE ORIGIN [BATCH [SECONDS]]
//
// FILE is a zone of names with addresses. Prints one JSON object. To be run on one core (taskset -c 0).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "base/random.h"
#include "update/batch.h"
#include "zone/load.h"

namespace nomen {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void put_u16(std::vector<uint8_t>& out, unsigned value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

/// An UPDATE message that adds or deletes one address of `owner`.
std::vector<uint8_t> message(const dns::Name& zone, const dns::Name& owner, bool adds, uint8_t number) {
  std::vector<uint8_t> out = {0, 1, 5 << 3, 0, 0, 1, 0, 0, 0, 1, 0, 0};
  out.insert(out.end(), zone.bytes().begin(), zone.bytes().end());
  put_u16(out, dns::number(dns::RRType::kSoa));
  put_u16(out, dns::number(dns::RRClass::kIn));
  out.insert(out.end(), owner.bytes().begin(), owner.bytes().end());
  put_u16(out, dns::number(dns::RRType::kA));
  put_u16(out, dns::number(adds ? dns::RRClass::kIn : dns::RRClass::kNone));
  put_u16(out, 0);
  put_u16(out, adds ? 300 : 0);
  put_u16(out, 4);
  for (const uint8_t octet : {uint8_t{203}, uint8_t{0}, uint8_t{113}, number}) out.push_back(octet);
  return out;
}

/// The owners of addresses.
std::vector<dns::Name> owners_of(const zone::Content& content) {
  std::vector<dns::Name> owners;
  content.for_each_node([&](zone::NodeView node, zone::Ref) {
    if (node.find(dns::RRType::kA) && owners.size() < 100000) owners.push_back(node.owner(content.apex()));
  });
  return owners;
}

int run(const std::string& file, const std::string& origin, size_t batch_size, double seconds) {
  const dns::Name apex = *dns::Name::parse(origin);
  zone::LoadRequest wanted;
  wanted.path = file;
  wanted.apex = apex;
  const zone::LoadResult loaded = zone::load_zone(wanted);
  if (!loaded.content) {
    std::fprintf(stderr, "cannot load %s\n", file.c_str());
    return 1;
  }
  zone::ContentPtr content = loaded.content;
  const std::vector<dns::Name> owners = owners_of(*content);
  FastRandom random(1);
  std::vector<std::vector<uint8_t>> messages;
  for (size_t i = 0; i < 200000; i++) {
    const dns::Name& owner = owners[random.below(static_cast<uint32_t>(owners.size()))];
    messages.push_back(message(apex, owner, i % 2 == 0, static_cast<uint8_t>(random.below(2))));
  }
  const update::UpdateSettings settings;
  std::deque<zone::ContentPtr> kept;  // as a server keeps versions for a while
  size_t updates = 0;
  size_t changed = 0;
  size_t versions = 0;
  double longest = 0;
  const double start = now_s();
  double end = start;
  while (end - start < seconds) {
    const double begin = end;
    update::UpdateBatch batch(content, settings, 0);
    for (size_t i = 0; i < batch_size; i++) {
      const auto request = update::read_update(messages[updates++ % messages.size()]);
      changed += request && batch.add(*request, {}, nullptr).changed ? 1 : 0;
    }
    content = batch.finish().content;
    kept.push_back(content);
    if (kept.size() > 2) kept.pop_front();
    versions++;
    end = now_s();
    longest = std::max(longest, end - begin);
  }
  std::printf(
      "{\"names\": %zu, \"batch\": %zu, \"updates_per_s\": %.0f, \"changed\": %.3f, \"us_per_version\": "
      "%.1f, "
      "\"longest_ms\": %.2f}\n",
      static_cast<size_t>(content->name_count()), batch_size, static_cast<double>(updates) / (end - start),
      static_cast<double>(changed) / static_cast<double>(updates),
      (end - start) * 1e6 / static_cast<double>(versions), longest * 1e3);
  return 0;
}

}  // namespace
}  // namespace nomen

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s FILE ORIGIN [BATCH [SECONDS]]\n", argv[0]);
    return 2;
  }
  return nomen::run(argv[1], argv[2], argc > 3 ? static_cast<size_t>(std::atoi(argv[3])) : 128,
                    argc > 4 ? std::atof(argv[4]) : 3);
}
