// The tables that rndc's messages are made of: keys with values, where a value is bytes, a table, or a list.
// On the wire an entry is a length byte and the key, a type byte, a 32-bit length and the value; a list's
// elements have no key.
// Thread rule: values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nomen::control {

struct RndcEntry;

struct RndcValue {
  enum class Kind : uint8_t { kBytes = 1, kTable = 2, kList = 3 };  ///< the wire's type byte
  Kind kind = Kind::kBytes;
  std::string bytes;               ///< of kBytes
  std::vector<RndcEntry> entries;  ///< of kTable and kList; a list's have empty keys

  /// The value under `key`; nullptr when there is none or this is no table.
  const RndcValue* find(std::string_view key) const;
  /// The bytes under `key`; nullptr when there are none.
  const std::string* text(std::string_view key) const;
  /// The unsigned decimal number under `key`.
  std::optional<uint32_t> number(std::string_view key) const;

  RndcValue& set(std::string_view key, std::string_view text);
  RndcValue& set_number(std::string_view key, uint32_t number);
  RndcValue& set_table(std::string_view key, RndcValue table);

  bool operator==(const RndcValue& other) const;
};

struct RndcEntry {
  std::string key;  ///< at most 255 bytes
  RndcValue value;
  bool operator==(const RndcEntry&) const = default;
};

inline RndcValue rndc_table() {
  return {.kind = RndcValue::Kind::kTable, .bytes = {}, .entries = {}};
}

/// The entries of `table`, one after the other.
std::vector<uint8_t> encode_entries(const RndcValue& table);
/// A table of all of `wire`. Errors: cut off, unknown type, a key twice, nested or filled beyond limits.h.
Result<RndcValue> decode_entries(Bytes wire);
/// How many bytes the first entry of `wire` takes; what rndc's signature does not cover.
Result<size_t> first_entry_size(Bytes wire);

}  // namespace nomen::control
