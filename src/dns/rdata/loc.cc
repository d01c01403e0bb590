// LOC (RFC 1876): where on the globe, how high, how large, how sure.
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include "dns/rdata/codecs.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

constexpr uint32_t kEquator = 1U << 31;           // latitudes and longitudes count from here, in ms of arc
constexpr int64_t kAltitudeBase_cm = 10'000'000;  // altitudes count from 100 km below the reference
constexpr int64_t kMaxAltitude_cm = 4'284'967'295;
constexpr int64_t kMaxSize_cm = 9'000'000'099;         // 90,000 km, what is behind the point not counted
constexpr uint8_t kDefaultSize = 0x12;                 // 1 m
constexpr uint8_t kDefaultHorizontalPrecision = 0x16;  // 10 km
constexpr uint8_t kDefaultVerticalPrecision = 0x13;    // 10 m

/// Digits with at most `decimals` more behind a point, counted in the last of them.
bool parse_fixed(std::string_view text, int decimals, int64_t max, int64_t& value) {
  value = 0;
  bool has_digit = false;
  size_t at = 0;
  const auto digit = [&] {
    if (at == text.size() || text[at] < '0' || text[at] > '9') return false;
    value = value * 10 + (text[at++] - '0');
    return has_digit = value <= max * 10;
  };
  while (digit()) {
  }
  if (!has_digit) return false;
  const bool has_point = at < text.size() && text[at] == '.';
  if (has_point) at++;
  for (int i = 0; i < decimals; i++) {
    if (!has_point || !digit()) value *= 10;
  }
  return at == text.size() && value <= max;
}

/// Degrees, then minutes and seconds if given, up to the letter of the direction.
bool read_angle(TextReader& in, int64_t max_degrees, char positive, char negative) {
  constexpr std::array<int64_t, 3> kUnits{3'600'000, 60'000, 1};
  const std::array<int64_t, 3> max{max_degrees, 59, 59'999};
  int64_t total = 0;
  for (size_t part = 0;; part++) {
    std::string_view text;
    if (!in.word(text)) return false;
    if (part > 0 && text.size() == 1) {
      const char letter = text[0];
      if (letter == positive || letter == negative) {
        if (total > max_degrees * kUnits[0]) return in.fail("angle out of range");
        return in.put_u32(static_cast<uint32_t>(kEquator + (letter == positive ? total : -total)));
      }
    }
    int64_t value;
    if (part == kUnits.size()) return in.fail("expected the direction");
    if (!parse_fixed(text, part == 2 ? 3 : 0, max[part], value)) {
      return in.fail("expected degrees, minutes or seconds in their range, or the direction");
    }
    total += value * kUnits[part];
  }
}

std::string_view without_unit(std::string_view text) {
  if (text.ends_with('m')) text.remove_suffix(1);
  return text;
}

bool read_altitude(TextReader& in) {
  std::string_view text;
  if (!in.word(text)) return false;
  const bool is_below = text.starts_with('-');
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value_cm;
  if (!parse_fixed(without_unit(text.substr(is_below ? 1 : 0)), 2,
                   is_below ? kAltitudeBase_cm : kMaxAltitude_cm, value_cm)) {
    return in.fail("expected an altitude in metres from -100000.00 to 42849672.95");
  }
  return in.put_u32(static_cast<uint32_t>(kAltitudeBase_cm + (is_below ? -value_cm : value_cm)));
}

/// One digit and a power of ten, in centimetres.
uint8_t packed_size(int64_t value_cm) {
  uint8_t exponent = 0;
  while (value_cm >= 10) {
    value_cm /= 10;
    exponent++;
  }
  return static_cast<uint8_t>(value_cm << 4 | exponent);
}

bool read_size(TextReader& in, uint8_t otherwise) {
  if (in.at_end()) return in.put_u8(otherwise);
  std::string_view text;
  int64_t value_cm;
  if (!in.word(text)) return false;
  if (!parse_fixed(without_unit(text), 2, kMaxSize_cm, value_cm)) {
    return in.fail("expected metres from 0.00 to 90000000.00");
  }
  return in.put_u8(packed_size(value_cm));
}

bool read_loc(TextReader& in) {
  // The wire has the sizes first; they are filled in when they have been read.
  const size_t start = in.out().size();
  if (!in.put_u32(0) || !read_angle(in, 90, 'N', 'S') || !read_angle(in, 180, 'E', 'W') ||
      !read_altitude(in) || !read_size(in, kDefaultSize) || !read_size(in, kDefaultHorizontalPrecision) ||
      !read_size(in, kDefaultVerticalPrecision)) {
    return false;
  }
  uint8_t* wire = in.out().data() + start;
  std::memcpy(wire + 1, wire + 16, 3);
  in.out().set_size(start + 16);
  return true;
}

std::string angle_text(uint32_t value, char positive, char negative) {
  const bool is_positive = value >= kEquator;
  const uint32_t ms = is_positive ? value - kEquator : kEquator - value;
  return fmt::format("{} {} {}.{:03} {}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000,
                     is_positive ? positive : negative);
}

std::string altitude_text(uint32_t value) {
  const int64_t value_cm = value - kAltitudeBase_cm;
  const int64_t size_cm = std::abs(value_cm);
  return fmt::format("{}{}.{:02}m", value_cm < 0 ? "-" : "", size_cm / 100, size_cm % 100);
}

/// Nought has one form only.
bool is_size(uint8_t packed) {
  return packed == 0 || (packed >> 4 >= 1 && packed >> 4 <= 9 && (packed & 15) <= 9);
}

std::string size_text(uint8_t packed) {
  const unsigned digit = packed >> 4;
  const unsigned exponent = packed & 15;
  if (exponent < 2) return fmt::format("0.{:02}m", exponent == 0 ? digit : digit * 10);
  return fmt::format("{}{:0>{}}m", digit, "", exponent - 2);
}

bool is_angle(uint32_t value, int64_t max_degrees) {
  return std::abs(static_cast<int64_t>(value) - static_cast<int64_t>(kEquator)) <= max_degrees * 3'600'000;
}

bool write_loc(WireReader& in, TextWriter& out) {
  Bytes sizes;
  uint32_t latitude;
  uint32_t longitude;
  uint32_t altitude;
  if (!in.take(4, sizes) || sizes[0] != 0) return false;
  if (!in.u32(latitude) || !in.u32(longitude) || !in.u32(altitude)) return false;
  out.field(angle_text(latitude, 'N', 'S'));
  out.field(angle_text(longitude, 'E', 'W'));
  out.field(altitude_text(altitude));
  for (size_t i = 1; i < 4; i++) out.field(size_text(sizes[i]));
  return true;
}

bool check_loc(WireReader& in) {
  uint8_t version;
  if (!in.u8(version)) return false;
  if (version != 0) return in.skip(in.remaining());  // of a form that we cannot know: RFC 1876 2
  Bytes sizes;
  uint32_t latitude;
  uint32_t longitude;
  return in.take(3, sizes) && is_size(sizes[0]) && is_size(sizes[1]) && is_size(sizes[2]) &&
         in.u32(latitude) && is_angle(latitude, 90) && in.u32(longitude) && is_angle(longitude, 180) &&
         in.skip(4);
}

}  // namespace

constinit const FieldCodec kLocField{read_loc, write_loc, check_loc};

}  // namespace nomen::dns
