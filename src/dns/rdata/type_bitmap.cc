// Which types an owner has: NSEC, NSEC3 and CSYNC (RFC 4034 4.1.2), and NXT's older form (RFC 2535 5.2).
#include <array>
#include <bitset>

#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr size_t kMaxWindowBytes = 32;
constexpr size_t kMaxNxtType = 127;

bool next_type(TextReader& in, uint16_t& type) {
  std::string_view text;
  if (!in.word(text)) return false;
  const auto parsed = parse_type(text);
  if (!parsed) return in.fail("unknown RR type");
  type = number(*parsed);
  return true;
}

/// One window: its number, how many bytes, and the bytes without zeros at the end.
bool put_window(TextReader& in, uint32_t window, const uint8_t* bits) {
  size_t size = kMaxWindowBytes;
  while (size > 0 && bits[size - 1] == 0) size--;
  if (size == 0) return true;
  return in.put_u8(window) && in.put_u8(static_cast<uint32_t>(size)) && in.put({bits, size});
}

bool read_bitmap(TextReader& in) {
  std::array<uint8_t, 256 * kMaxWindowBytes> bits;
  std::bitset<256> is_used;
  while (!in.at_end()) {
    uint16_t type = 0;
    if (!next_type(in, type)) return false;
    uint8_t* window = &bits[type / 256 * kMaxWindowBytes];
    if (!is_used[type / 256]) std::memset(window, 0, kMaxWindowBytes);
    is_used.set(type / 256);
    window[type % 256 / 8] |= static_cast<uint8_t>(0x80 >> type % 8);
  }
  for (uint32_t window = 0; window < 256; window++) {
    if (is_used[window] && !put_window(in, window, &bits[window * kMaxWindowBytes])) return false;
  }
  return true;
}

bool read_nsec_bitmap(TextReader& in) {
  uint16_t missing = 0;
  return in.at_end() ? next_type(in, missing) : read_bitmap(in);
}

void write_types(Bytes bits, size_t first, TextWriter& out) {
  for (size_t i = 0; i < bits.size() * 8; i++) {
    if (bits[i / 8] & 0x80 >> i % 8) out.field(to_string(RRType{static_cast<uint16_t>(first + i)}));
  }
}

/// The next window; windows ascend, and none is empty or ends in a zero byte.
bool take_window(WireReader& in, int& last, Bytes& bits) {
  uint8_t window;
  uint8_t size;
  if (!in.u8(window) || !in.u8(size) || !in.take(size, bits)) return false;
  if (window <= last || size == 0 || size > kMaxWindowBytes || bits.back() == 0) return false;
  last = window;
  return true;
}

bool write_bitmap(WireReader& in, TextWriter& out) {
  int window = -1;
  Bytes bits;
  while (!in.at_end()) {
    if (!take_window(in, window, bits)) return false;
    write_types(bits, static_cast<size_t>(window) * 256, out);
  }
  return true;
}

/// Multiline style: each window on a line of its own, in the parentheses that the next hashed owner opened.
bool write_nsec3_bitmap(WireReader& in, TextWriter& out) {
  int window = -1;
  Bytes bits;
  while (!in.at_end()) {
    if (!take_window(in, window, bits)) return false;
    out.line_break();
    write_types(bits, static_cast<size_t>(window) * 256, out);
  }
  out.close_group();
  return true;
}

bool check_bitmap(WireReader& in) {
  int window = -1;
  Bytes bits;
  while (!in.at_end()) {
    if (!take_window(in, window, bits)) return false;
  }
  return true;
}

bool check_nsec_bitmap(WireReader& in) {
  return !in.at_end() && check_bitmap(in);
}

/// A mnemonic or a bare number.
bool next_nxt_type(TextReader& in, uint16_t& type) {
  const std::string_view text = in.peek().text;
  if (text.empty() || text[0] < '0' || text[0] > '9') return next_type(in, type);
  uint32_t value = 0;
  if (!in.number(value, 0xffff)) return false;
  type = static_cast<uint16_t>(value);
  return true;
}

bool read_nxt_bitmap(TextReader& in) {
  std::array<uint8_t, (kMaxNxtType + 1) / 8> bits{};
  while (!in.at_end()) {
    uint16_t type = 0;
    if (!next_nxt_type(in, type)) return false;
    if (type == 0 || type > kMaxNxtType) return in.fail("NXT holds types 1 to 127 only");
    bits[type / 8] |= static_cast<uint8_t>(0x80 >> type % 8);
  }
  size_t size = bits.size();
  while (size > 0 && bits[size - 1] == 0) size--;
  return in.put({bits.data(), size});
}

/// The first bit says that the map is of another form, of which there is none.
bool is_nxt_bitmap(Bytes bits) {
  if (bits.empty()) return true;
  return bits.size() <= (kMaxNxtType + 1) / 8 && (bits[0] & 0x80) == 0 && bits.back() != 0;
}

/// Types that the table does not know are bare numbers here.
bool write_nxt_bitmap(WireReader& in, TextWriter& out) {
  const Bytes bits = in.rest();
  for (size_t i = 0; i < bits.size() * 8; i++) {
    if ((bits[i / 8] & 0x80 >> i % 8) == 0) continue;
    const RRTypeRow* row = find_row(RRType{static_cast<uint16_t>(i)});
    if (row != nullptr) {
      out.field(row->mnemonic);
    } else {
      out.number(i);
    }
  }
  return true;
}

bool check_nxt_bitmap(WireReader& in) {
  return is_nxt_bitmap(in.rest());
}

}  // namespace

constinit const FieldCodec kTypeBitmapField{read_bitmap, write_bitmap, check_bitmap};
constinit const FieldCodec kNsec3BitmapField{read_bitmap, write_nsec3_bitmap, check_bitmap};
constinit const FieldCodec kNsecBitmapField{read_nsec_bitmap, write_bitmap, check_nsec_bitmap};
constinit const FieldCodec kNxtBitmapField{read_nxt_bitmap, write_nxt_bitmap, check_nxt_bitmap};

}  // namespace nomen::dns
