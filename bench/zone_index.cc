// Two designs of a zone's index side by side, over the same nodes: the hash table of zone/index.h, and an
// ordered one, a trie over canonical keys that branches at the nibbles where keys differ (the kind that some
// name servers keep their zones in). docs/decisions/zone-content.md tells what came of it.
//
//   bench_zone_index FILE ORIGIN [ROUNDS [LOOKUPS]]
//
// The trie is made in one go from sorted keys, as tight as it can be: that flatters it, as nothing is kept
// for changes. Prints one JSON object a round. To be run on one core (taskset -c 0).
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/fetch_line.h"
#include "base/os/blocks.h"
#include "dns/hashed_name.h"
#include "zone/index.h"
#include "zone/load.h"

namespace nomen {
namespace {

constexpr size_t kBatch = 32;
constexpr size_t kKeyBytes = 600;  // a name with every octet escaped, and room

double now_ns() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// A name's labels below the apex from right to left, each closed by a zero octet: keys compare as names do
/// in canonical order. Returns the size; the octets behind it are zero as far as another key may reach.
size_t write_key(const dns::HashedName& name, size_t apex_labels, uint8_t* key) {
  uint8_t* out = key;
  for (size_t label = apex_labels + 1; label <= name.labels; label++) {
    const uint8_t* at = name.lower.data() + name.suffix_at[label];
    for (size_t i = 1; i <= at[0]; i++) {
      if (at[i] < 2) *out++ = 1;
      *out++ = at[i] < 2 ? static_cast<uint8_t>(at[i] + 1) : at[i];
    }
    *out++ = 0;
  }
  return static_cast<size_t>(out - key);
}

/// The ordered design. Eight bytes a leaf and a branch; the children of a branch stand together.
class Trie {
 public:
  struct Entry {
    std::span<const uint8_t> key;
    zone::Ref ref;
  };

  /// `entries` in order of their keys.
  explicit Trie(std::span<const Entry> entries)
      : blocks_((2 * entries.size() * sizeof(Twig)) / os::kBlockBytes + 1) {
    twigs_ = reinterpret_cast<Twig*>(os::take_blocks(blocks_));
    used_ = 1;
    fill(twigs_[0], entries);
  }
  ~Trie() { os::give_blocks(reinterpret_cast<uint8_t*>(twigs_), blocks_); }
  Trie(const Trie&) = delete;
  Trie& operator=(const Trie&) = delete;

  size_t memory_bytes() const { return used_ * sizeof(Twig); }

  struct Step {
    uint32_t at = 0;
    bool missed = false;
  };
  /// One step down; false when there is none.
  bool descend(const uint8_t* key, Step& step) const {
    const Twig twig = twigs_[step.at];
    if (twig.bitmap == 0) return false;
    const uint32_t bit = 1U << nibble(key, twig.nibble);
    step.missed = (twig.bitmap & bit) == 0;
    if (step.missed) return false;
    step.at = twig.ref + static_cast<uint32_t>(std::popcount(twig.bitmap & (bit - 1)));
    return true;
  }
  void prefetch(const Step& step) const { fetch_line(&twigs_[step.at]); }
  /// Where a descent ended: the only entry that the key can be, or 0.
  zone::Ref end(const Step& step) const { return step.missed ? 0 : twigs_[step.at].ref; }

 private:
  struct Twig {
    uint16_t bitmap = 0;  ///< 0: a leaf
    uint16_t nibble = 0;  ///< where the keys below differ
    uint32_t ref = 0;     ///< the first child, or what the leaf refers to
  };
  static_assert(sizeof(Twig) == 8);

  static unsigned nibble(const uint8_t* key, size_t at) {
    return at % 2 == 0 ? key[at / 2] >> 4 : key[at / 2] & 15U;
  }

  void fill(Twig& twig, std::span<const Entry> entries) {
    if (entries.size() == 1) {
      twig.ref = entries.front().ref;
      return;
    }
    // Keys are sorted: what the first and the last have in common, all have.
    const uint8_t* first = entries.front().key.data();
    const uint8_t* last = entries.back().key.data();
    size_t at = 0;
    while (nibble(first, at) == nibble(last, at)) at++;
    twig.nibble = static_cast<uint16_t>(at);
    twig.ref = static_cast<uint32_t>(used_);
    const auto nibble_of = [at](const Entry& entry) { return nibble(entry.key.data(), at); };
    for (const Entry& entry : entries) twig.bitmap |= static_cast<uint16_t>(1U << nibble_of(entry));
    const uint32_t base = twig.ref;
    used_ += static_cast<size_t>(std::popcount(twig.bitmap));
    for (uint32_t child = base; !entries.empty(); child++) {
      const auto end = std::partition_point(
          entries.begin(), entries.end(),
          [&, own = nibble_of(entries.front())](const Entry& entry) { return nibble_of(entry) == own; });
      const auto count = static_cast<size_t>(end - entries.begin());
      fill(twigs_[child], entries.first(count));
      entries = entries.subspan(count);
    }
  }

  size_t blocks_;
  Twig* twigs_ = nullptr;
  size_t used_ = 0;
};

/// All names of a zone and what each design keeps of them.
struct Names {
  std::vector<zone::Ref> refs;
  std::vector<dns::Name> owners;
};

Names names_of(const zone::Content& content) {
  Names names;
  content.for_each_node([&](zone::NodeView node, zone::Ref ref) {
    names.refs.push_back(ref);
    names.owners.push_back(node.owner(content.apex()));
  });
  return names;
}

zone::Index build_hash(const zone::Content&, const Names& names) {
  zone::Index index(names.refs.size());
  dns::HashedName name;
  for (size_t i = 0; i < names.refs.size(); i++) {
    name.assign(names.owners[i]);
    index.insert(name.full_hash(), names.refs[i],
                 [](zone::Ref) -> uint64_t { std::abort(); });  // sized: never grows
  }
  return index;
}

std::unique_ptr<Trie> build_trie(const zone::Content& content, const Names& names) {
  std::vector<uint8_t> keys;
  std::vector<size_t> starts;
  keys.reserve(names.refs.size() * 24);
  dns::HashedName name;
  for (const dns::Name& owner : names.owners) {
    std::array<uint8_t, kKeyBytes> key;
    name.assign(owner);
    const size_t size = write_key(name, content.apex_labels(), key.data());
    starts.push_back(keys.size());
    keys.insert(keys.end(), key.data(), key.data() + size);
    keys.push_back(0);  // the apex's key is empty; a key that ends is before those that go on
  }
  starts.push_back(keys.size());
  std::vector<Trie::Entry> entries;
  for (size_t i = 0; i < names.refs.size(); i++) {
    entries.push_back({std::span(keys).subspan(starts[i], starts[i + 1] - starts[i]), names.refs[i]});
  }
  std::sort(entries.begin(), entries.end(), [](const Trie::Entry& a, const Trie::Entry& b) {
    const int order = std::memcmp(a.key.data(), b.key.data(), std::min(a.key.size(), b.key.size()));
    return order != 0 ? order < 0 : a.key.size() < b.key.size();
  });
  return std::make_unique<Trie>(entries);
}

/// Questions in wire form, one after the other, as they would come.
class Questions {
 public:
  void add(dns::NameView name) {
    starts_.push_back(bytes_.size());
    bytes_.insert(bytes_.end(), name.data(), name.data() + name.size());
  }
  /// After the last one.
  void close() {
    starts_.push_back(bytes_.size());
    bytes_.resize(bytes_.size() + 64);
  }
  size_t size() const { return starts_.size() - 1; }
  dns::NameView operator[](size_t i) const {
    return {bytes_.data() + starts_[i], starts_[i + 1] - starts_[i]};
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<size_t> starts_;
};

Questions hits(const Names& names, size_t count, std::mt19937_64& random) {
  Questions questions;
  for (size_t i = 0; i < count; i++) questions.add(names.owners[random() % names.owners.size()]);
  questions.close();
  return questions;
}

/// Labels of ten random letters below the apex.
Questions misses(const zone::Content& content, size_t count, std::mt19937_64& random) {
  Questions questions;
  for (size_t left = count; left > 0;) {
    std::array<uint8_t, 10> label;
    for (uint8_t& letter : label) letter = static_cast<uint8_t>('a' + random() % 26);
    const dns::Name name = *dns::Name(content.apex()).with_label(Bytes(label.data(), label.size()));
    if (content.find(name)) continue;
    questions.add(name);
    left--;
  }
  questions.close();
  return questions;
}

/// What a design needs of a question between the steps of its search.
struct Search {
  dns::HashedName name;
  std::array<uint8_t, kKeyBytes> key{};
  size_t key_size = 0;
  Trie::Step step;
};

class Contest {
 public:
  Contest(const zone::Content& content, const zone::Index& index, const Trie& trie)
      : content_(content), index_(index), trie_(trie), searches_(kBatch) {}

  size_t hash_alone(const Questions& questions) {
    return alone(questions, [&](Search& search) { return find_by_hash(search); });
  }
  size_t trie_alone(const Questions& questions) {
    return alone(questions, [&](Search& search) {
      begin_descent(search);
      while (trie_.descend(search.key.data(), search.step)) {
      }
      return end_descent(search);
    });
  }

  size_t hash_batched(const Questions& questions) {
    return batched(questions, [&](std::span<Search> batch) {
      for (Search& search : batch) index_.prefetch(search.name.full_hash());
      for (Search& search : batch) {
        const zone::Ref ref = index_.candidate(search.name.full_hash());
        if (ref != 0) prefetch_node(ref);
      }
      size_t found = 0;
      for (Search& search : batch) found += find_by_hash(search);
      return found;
    });
  }
  size_t trie_batched(const Questions& questions) {
    return batched(questions, [&](std::span<Search> batch) {
      for (Search& search : batch) begin_descent(search);
      for (bool more = true; more;) {
        more = false;
        for (Search& search : batch) {
          if (!trie_.descend(search.key.data(), search.step)) continue;
          trie_.prefetch(search.step);
          more = true;
        }
      }
      for (Search& search : batch) {
        if (!search.step.missed) prefetch_node(trie_.end(search.step));
      }
      size_t found = 0;
      for (Search& search : batch) found += end_descent(search);
      return found;
    });
  }

 private:
  template <class Find>
  size_t alone(const Questions& questions, Find&& find) {
    size_t found = 0;
    for (size_t i = 0; i < questions.size(); i++) {
      searches_[0].name.assign_padded(questions[i]);
      found += find(searches_[0]);
    }
    return found;
  }
  template <class FindAll>
  size_t batched(const Questions& questions, FindAll&& find_all) {
    size_t found = 0;
    for (size_t i = 0; i < questions.size(); i += kBatch) {
      const size_t count = std::min(kBatch, questions.size() - i);
      for (size_t k = 0; k < count; k++) searches_[k].name.assign_padded(questions[i + k]);
      found += find_all(std::span(searches_).first(count));
    }
    return found;
  }

  void prefetch_node(zone::Ref ref) const {
    const uint8_t* at = content_.node(ref).data();
    fetch_line(at);
    fetch_line(at + 64);
  }
  bool is(zone::Ref ref, const dns::HashedName& name) const {
    return content_.node(ref).is_named(name.lower.data(), name.suffix_at[content_.apex_labels()]);
  }
  size_t find_by_hash(const Search& search) const {
    return index_.find(search.name.full_hash(), [&](zone::Ref ref) { return is(ref, search.name); }) != 0 ? 1
                                                                                                          : 0;
  }
  void begin_descent(Search& search) const {
    std::memset(search.key.data(), 0, search.key_size);  // what the last question left
    search.key_size = write_key(search.name, content_.apex_labels(), search.key.data());
    search.step = {};
  }
  size_t end_descent(const Search& search) const {
    return !search.step.missed && is(trie_.end(search.step), search.name) ? 1 : 0;
  }

  const zone::Content& content_;
  const zone::Index& index_;
  const Trie& trie_;
  std::vector<Search> searches_;
};

using Way = size_t (Contest::*)(const Questions&);

double ns_each(Contest& contest, Way way, const Questions& questions, size_t expected) {
  const double began_ns = now_ns();
  const size_t found = (contest.*way)(questions);
  const double took_ns = now_ns() - began_ns;
  if (found != expected) {
    std::fprintf(stderr, "found %zu instead of %zu\n", found, expected);
    std::exit(1);
  }
  return took_ns / static_cast<double>(questions.size());
}

void run_round(const zone::Content& content, const Names& names, const Questions& hit,
               const Questions& miss) {
  const auto count = static_cast<double>(names.refs.size());
  double began_ns = now_ns();
  const zone::Index index = build_hash(content, names);
  const double hash_build_ns = (now_ns() - began_ns) / count;
  began_ns = now_ns();
  const std::unique_ptr<Trie> trie = build_trie(content, names);
  const double trie_build_ns = (now_ns() - began_ns) / count;
  std::printf(
      "{\"names\": %.0f, \"hash_bytes\": %.2f, \"trie_bytes\": %.2f, \"hash_build_ns\": %.1f, "
      "\"trie_build_ns\": %.1f",
      count, static_cast<double>(index.memory_bytes()) / count,
      static_cast<double>(trie->memory_bytes()) / count, hash_build_ns, trie_build_ns);
  Contest contest(content, index, *trie);
  const struct {
    const char* name;
    Way way;
  } ways[] = {{"hash", &Contest::hash_alone},
              {"trie", &Contest::trie_alone},
              {"hash_batched", &Contest::hash_batched},
              {"trie_batched", &Contest::trie_batched}};
  for (const auto& [name, way] : ways)
    std::printf(", \"%s_hit_ns\": %.1f", name, ns_each(contest, way, hit, hit.size()));
  for (const auto& [name, way] : ways)
    std::printf(", \"%s_miss_ns\": %.1f", name, ns_each(contest, way, miss, 0));
  std::printf("}\n");
  std::fflush(stdout);
}

int run(const char* path, const char* origin, int rounds, size_t lookups) {
  const auto apex = dns::Name::parse(origin);
  if (!apex) return 2;
  zone::LoadRequest request;
  request.path = path;
  request.apex = *apex;
  const zone::LoadResult loaded = zone::load_zone(request);
  if (!loaded.content) {
    for (const auto& diagnostic : loaded.diagnostics)
      std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
    return 1;
  }
  const Names names = names_of(*loaded.content);
  std::mt19937_64 random(1);
  const Questions hit = hits(names, lookups, random);
  const Questions miss = misses(*loaded.content, lookups, random);
  for (int round = 0; round < rounds; round++) run_round(*loaded.content, names, hit, miss);
  return 0;
}

}  // namespace
}  // namespace nomen

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s FILE ORIGIN [ROUNDS [LOOKUPS]]\n", argv[0]);
    return 2;
  }
  return nomen::run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 5,
                    argc > 4 ? static_cast<size_t>(std::atol(argv[4])) : 1000000);
}
