// For tests: versions of a zone with one record changed, and stores' promises waited for.
// Thread rule: free functions.
#pragma once
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "dns/rdata.h"
#include "store/version_store.h"

namespace nomen::store {

inline dns::Name name_of(std::string_view text) {
  return *dns::Name::parse(text);
}

inline std::vector<uint8_t> soa_rdata(uint32_t serial) {
  std::vector<uint8_t> rdata;
  for (const char* name : {"ns1.example.com.", "hostmaster.example.com."}) {
    const dns::Name wire = name_of(name);
    rdata.insert(rdata.end(), wire.data(), wire.data() + wire.size());
  }
  for (const uint32_t number : {serial, 3600U, 900U, 604800U, 300U}) {
    uint8_t bytes[4];
    store_u32(bytes, number);
    rdata.insert(rdata.end(), bytes, bytes + 4);
  }
  return rdata;
}

/// The version of example.com that adds host-TO with an address made of `to`.
inline Version version_of(ZoneId zone, uint32_t from, uint32_t to, int64_t time_us = 0) {
  const dns::Name apex = name_of("example.com.");
  Version version{zone, {from}, {to}, time_us, {ActorKind::kUpdate, "ddns.example.com"}, {}};
  version.change.removed.add(apex, dns::RRType::kSoa, 3600, soa_rdata(from));
  version.change.added.add(apex, dns::RRType::kSoa, 3600, soa_rdata(to));
  uint8_t address[4];
  store_u32(address, to);
  version.change.added.add(name_of("host-" + std::to_string(to) + ".example.com."), dns::RRType::kA, 300,
                           address);
  return version;
}

/// All of a list as text, to compare.
inline std::string text_of(const zone::RecordList& list) {
  std::string text;
  for (const auto& entry : list.entries()) {
    const auto type = static_cast<dns::RRType>(entry.type);
    text += dns::to_string(list.owner(entry)) + " " + std::to_string(entry.ttl_s) + " " +
            dns::to_string(type) + " " + dns::rdata_to_text(type, dns::RRClass::kIn, list.rdata(entry)) +
            "\n";
  }
  return text;
}
inline std::string text_of(const zone::Change& change) {
  return "removed\n" + text_of(change.removed) + "added\n" + text_of(change.added);
}

inline Result<void> append_and_wait(VersionStore& store, std::vector<Version> versions) {
  const auto promise = std::make_shared<std::promise<Result<void>>>();
  auto result = promise->get_future();
  store.append(std::move(versions), [promise](const Result<void>& done) { promise->set_value(done); });
  return result.get();
}
inline Result<void> append_and_wait(VersionStore& store, Version version) {
  std::vector<Version> versions;
  versions.push_back(std::move(version));
  return append_and_wait(store, std::move(versions));
}

}  // namespace nomen::store
