// The queries of a load program: a text file of "NAME TYPE" lines turned into wire form before the run, so
// that sending one is a copy. Read by one thread, then only read. RFC 1035 section 4.1 (message), RFC 6891
// (OPT). The load programs stand alone on purpose: they share no code with the server that they measure.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace nomen::bench {

inline constexpr size_t kHeaderBytes = 12;
inline constexpr size_t kMaxQueryBytes = kHeaderBytes + 255 + 4 + 11;

enum class Edns { none, plain, with_do };

class QueryList {
 public:
  // Throws std::runtime_error naming the line that is not a query.
  static QueryList read(const std::string& path, Edns edns) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error("cannot read " + path);
    QueryList list;
    std::string line;
    for (size_t number = 1; std::getline(in, line); number++) {
      std::istringstream words(line);
      std::string name, type;
      if (!(words >> name >> type)) continue;
      if (!list.append(name, type_code(type), edns)) {
        throw std::runtime_error(path + ":" + std::to_string(number) + ": expected NAME TYPE, got " + line);
      }
    }
    if (list.size() == 0) throw std::runtime_error(path + ": no queries in it");
    return list;
  }

  size_t size() const { return starts_.size() - 1; }

  std::span<const uint8_t> operator[](size_t index) const {
    return {wire_.data() + starts_[index], starts_[index + 1] - starts_[index]};
  }

 private:
  QueryList() : starts_{0} {}

  static int type_code(const std::string& word) {
    static const std::map<std::string, int> kCodes = {
        {"A", 1},     {"NS", 2},   {"CNAME", 5}, {"SOA", 6},     {"PTR", 12},   {"MX", 15},   {"TXT", 16},
        {"AAAA", 28}, {"SRV", 33}, {"DS", 43},   {"DNSKEY", 48}, {"HTTPS", 65}, {"ANY", 255}, {"CAA", 257}};
    auto found = kCodes.find(word);
    if (found != kCodes.end()) return found->second;
    return word.starts_with("TYPE") ? std::atoi(word.c_str() + 4) : -1;
  }

  bool append(const std::string& name, int type, Edns edns) {
    if (type < 0 || type > 65535) return false;
    uint8_t header[kHeaderBytes] = {};
    header[5] = 1;
    header[11] = edns == Edns::none ? 0 : 1;
    wire_.insert(wire_.end(), header, header + kHeaderBytes);
    std::istringstream labels(name);
    std::string label;
    while (name != "." && std::getline(labels, label, '.')) {
      if (label.empty() || label.size() > 63) return false;
      wire_.push_back(static_cast<uint8_t>(label.size()));
      wire_.insert(wire_.end(), label.begin(), label.end());
    }
    const uint8_t question[5] = {0, static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 1};
    wire_.insert(wire_.end(), question, question + 5);
    if (edns != Edns::none) {
      const uint8_t flags = edns == Edns::with_do ? 0x80 : 0;
      const uint8_t opt[11] = {0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, flags, 0, 0, 0};
      wire_.insert(wire_.end(), opt, opt + 11);
    }
    if (wire_.size() - starts_.back() > kMaxQueryBytes) return false;
    starts_.push_back(static_cast<uint32_t>(wire_.size()));
    return true;
  }

  std::vector<uint8_t> wire_;
  std::vector<uint32_t> starts_;
};

}  // namespace nomen::bench
