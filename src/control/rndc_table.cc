#include "control/rndc_table.h"

#include <algorithm>
#include <charconv>

#include "base/contract.h"
#include "control/limits.h"

namespace nomen::control {

const RndcValue* RndcValue::find(std::string_view key) const {
  if (kind != Kind::kTable) return nullptr;
  const auto entry =
      std::find_if(entries.begin(), entries.end(), [&](const RndcEntry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &entry->value;
}

const std::string* RndcValue::text(std::string_view key) const {
  const RndcValue* value = find(key);
  return value != nullptr && value->kind == Kind::kBytes ? &value->bytes : nullptr;
}

std::optional<uint32_t> RndcValue::number(std::string_view key) const {
  const std::string* digits = text(key);
  if (digits == nullptr) return std::nullopt;
  uint32_t value = 0;
  const char* end = digits->data() + digits->size();
  const auto [stop, error] = std::from_chars(digits->data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

RndcValue& RndcValue::set(std::string_view key, std::string_view text) {
  entries.push_back({std::string(key), {.kind = Kind::kBytes, .bytes = std::string(text), .entries = {}}});
  return *this;
}

RndcValue& RndcValue::set_number(std::string_view key, uint32_t number) {
  return set(key, std::to_string(number));
}

RndcValue& RndcValue::set_table(std::string_view key, RndcValue table) {
  entries.push_back({std::string(key), std::move(table)});
  return *this;
}

bool RndcValue::operator==(const RndcValue& other) const {
  return kind == other.kind && bytes == other.bytes && entries == other.entries;
}

namespace {

using Kind = RndcValue::Kind;

void append_u32(std::vector<uint8_t>& out, uint32_t value) {
  out.resize(out.size() + 4);
  store_u32(out.data() + out.size() - 4, value);
}

void append_value(std::vector<uint8_t>& out, const RndcValue& value);

void append_entries(std::vector<uint8_t>& out, const RndcValue& value) {
  for (const RndcEntry& entry : value.entries) {
    if (value.kind == Kind::kTable) {
      NOMEN_REQUIRE(entry.key.size() <= 255);
      out.push_back(static_cast<uint8_t>(entry.key.size()));
      out.insert(out.end(), entry.key.begin(), entry.key.end());
    }
    append_value(out, entry.value);
  }
}

void append_value(std::vector<uint8_t>& out, const RndcValue& value) {
  out.push_back(static_cast<uint8_t>(value.kind));
  const size_t length_at = out.size();
  append_u32(out, 0);
  if (value.kind == Kind::kBytes) {
    out.insert(out.end(), value.bytes.begin(), value.bytes.end());
  } else {
    append_entries(out, value);
  }
  store_u32(out.data() + length_at, static_cast<uint32_t>(out.size() - length_at - 4));
}

/// Takes pieces from the front; nullopt where the bytes end too early.
class Reader {
 public:
  explicit Reader(Bytes wire) : rest_(wire) {}

  bool at_end() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }
  std::optional<Bytes> take(size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::optional<uint8_t> byte() {
    const std::optional<Bytes> taken = take(1);
    return taken ? std::optional(taken->front()) : std::nullopt;
  }
  std::optional<Bytes> key() {
    const std::optional<uint8_t> size = byte();
    return size ? take(*size) : std::nullopt;
  }
  std::optional<Bytes> content() {
    const std::optional<Bytes> size = take(4);
    return size ? take(load_u32(size->data())) : std::nullopt;
  }

 private:
  Bytes rest_;
};

std::unexpected<Error> cut_off() {
  return failure("unexpected end of input");
}

Result<void> decode_into(RndcValue& out, Bytes wire, int depth, size_t& entries_left);

Result<RndcValue> decode_value(Reader& reader, int depth, size_t& entries_left) {
  const std::optional<uint8_t> type = reader.byte();
  const std::optional<Bytes> content = reader.content();
  if (!type || !content) return cut_off();
  RndcValue value;
  value.kind = static_cast<Kind>(*type);
  switch (value.kind) {
    case Kind::kBytes:
      value.bytes = as_text(*content);
      return value;
    case Kind::kTable:
    case Kind::kList:
      break;
    default:
      return failure("syntax error");
  }
  if (depth >= kMaxTableDepth) return failure("max depth");
  if (Result<void> done = decode_into(value, *content, depth + 1, entries_left); !done)
    return std::unexpected(done.error());
  return value;
}

Result<void> decode_into(RndcValue& out, Bytes wire, int depth, size_t& entries_left) {
  Reader reader(wire);
  while (!reader.at_end()) {
    if (entries_left == 0) return failure("too many entries");
    --entries_left;
    std::string key;
    if (out.kind == Kind::kTable) {
      const std::optional<Bytes> bytes = reader.key();
      if (!bytes) return cut_off();
      key = as_text(*bytes);
      if (out.find(key) != nullptr) return failure("duplicate");
    }
    Result<RndcValue> value = decode_value(reader, depth, entries_left);
    if (!value) return std::unexpected(value.error());
    out.entries.push_back({std::move(key), std::move(*value)});
  }
  return {};
}

}  // namespace

std::vector<uint8_t> encode_entries(const RndcValue& table) {
  std::vector<uint8_t> out;
  append_entries(out, table);
  return out;
}

Result<RndcValue> decode_entries(Bytes wire) {
  RndcValue table = rndc_table();
  size_t entries_left = kMaxTableEntries;
  if (Result<void> done = decode_into(table, wire, 0, entries_left); !done)
    return std::unexpected(done.error());
  return table;
}

Result<size_t> first_entry_size(Bytes wire) {
  Reader reader(wire);
  const bool whole = reader.key() && reader.byte() && reader.content();
  if (!whole) return cut_off();
  return wire.size() - reader.left();
}

}  // namespace nomen::control
