#include "dns/rdata.h"

#include <algorithm>

#include "base/contract.h"
#include "dns/rdata/encodings.h"
#include "dns/rdata/short_text.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"
#include "dns/rr_fields.h"

namespace nomen::dns {

namespace {

constexpr FieldKind kChaosFields[] = {FieldKind::kName, FieldKind::kChaosAddress};
constexpr FieldKind kOpaqueFields[] = {FieldKind::kOpaque};

/// How rdata of a type in a class is made; RFC 3597's opaque form for what the table does not know.
struct Shape {
  std::span<const FieldKind> fields = kOpaqueFields;
  bool lowers_names = false;
  bool accepts_compressed = false;
};

Shape shape_of(RRType type, RRClass rr_class) {
  const RRTypeRow* row = find_row(type);
  if (row == nullptr) return {};
  if (row->is_class_in_only && rr_class != RRClass::kIn) {
    if (type != RRType::kA) return {};
    if (rr_class == RRClass::kCh)
      return {.fields = kChaosFields, .lowers_names = true, .accepts_compressed = true};
    if (rr_class != RRClass::kHs) return {};
  }
  return {row->fields, row->lowers_names, row->accepts_compressed};
}

/// Every field well-formed, and nothing behind the last.
bool check_fields(const Shape& shape, WireReader& in) {
  for (const FieldKind kind : shape.fields) {
    if (!codec_of(kind).check(in)) return false;
  }
  return in.at_end();
}

bool is_generic_text(std::span<const TextToken> tokens) {
  return !tokens.empty() && !tokens[0].quoted && tokens[0].text == "\\#";
}

/// RFC 3597 5: \# length hex, the hex in any number of words.
bool read_generic(const Shape& shape, TextReader& in) {
  std::string_view mark;
  uint32_t size = 0;
  if (!in.word(mark) || !in.number(size, kMaxRdataBytes)) return false;
  const size_t before = in.remaining();
  if (!read_hex_rest(in)) return false;
  if (in.out().size() < size && before == 0) return in.fail("unexpected end of input");
  if (in.out().size() != size) return in.fail("length and hexadecimal digits do not agree");
  WireReader wire(in.out().bytes());
  return check_fields(shape, wire) || in.fail("the bytes are not valid rdata of this type");
}

bool read_fields(const Shape& shape, TextReader& in) {
  for (const FieldKind kind : shape.fields) {
    if (!codec_of(kind).read(in)) return false;
  }
  if (in.at_end()) return true;
  TextToken extra;
  in.token(extra);
  return in.fail("extra input text");
}

std::string generic_text(Bytes rdata, const RdataStyle& style) {
  std::string text = "\\# " + std::to_string(rdata.size());
  if (rdata.empty()) return text;
  TextWriter out(style, text);
  out.raw(style.multiline ? " ( " : " ");
  append_hex(rdata, style.split_width, style.multiline ? style.line_break : " ", text);
  if (style.multiline) text += " )";
  return text;
}

RdataNames checked_names(const Shape& shape, Bytes rdata) {
  WireReader in(rdata);
  return check_fields(shape, in) ? in.names() : RdataNames();
}

/// Rdata with the names lower-cased that canonical form wants so, read byte by byte without a copy.
class CanonicalBytes {
 public:
  CanonicalBytes(const Shape& shape, Bytes rdata) : rdata_(rdata) {
    if (shape.lowers_names) names_ = checked_names(shape, rdata);
  }

  /// The byte at `i`; asked for one after the other from 0.
  uint8_t next(size_t i) {
    if (next_name_ < names_.count && names_.offsets[next_name_] == i) begin_name(i);
    return i < name_end_ ? lower(rdata_[i]) : rdata_[i];
  }

 private:
  void begin_name(size_t i) {
    name_end_ = i;
    while (rdata_[name_end_] != 0) name_end_ += rdata_[name_end_] + 1U;
    name_end_++;
    next_name_++;
  }

  Bytes rdata_;
  RdataNames names_;
  size_t next_name_ = 0;
  size_t name_end_ = 0;  ///< of the name under way; bytes at or behind it belong to no name
};

}  // namespace

std::expected<void, RdataTextError> rdata_from_text(RRType type, RRClass rr_class,
                                                    std::span<const TextToken> tokens, NameView origin,
                                                    RdataBuffer& out) {
  out.clear();
  if (short_rdata_from_text(type, rr_class, tokens, origin, out)) [[likely]]
    return {};
  out.clear();
  const Shape shape = shape_of(type, rr_class);
  TextReader in(tokens, origin, out);
  const bool is_read = is_generic_text(tokens) ? read_generic(shape, in) : read_fields(shape, in);
  if (!is_read) return std::unexpected(in.error());
  return {};
}

std::string rdata_to_text(RRType type, RRClass rr_class, Bytes rdata, const RdataStyle& style) {
  const Shape shape = shape_of(type, rr_class);
  WireReader check(rdata);
  if (style.unknown_format || !check_fields(shape, check)) return generic_text(rdata, style);
  std::string text;
  WireReader in(rdata);
  TextWriter out(style, text);
  for (const FieldKind kind : shape.fields) {
    if (!codec_of(kind).write(in, out)) return generic_text(rdata, style);
  }
  return text;
}

Result<void> rdata_from_message(RRType type, RRClass rr_class, Bytes message, size_t at, size_t length,
                                RdataBuffer& out) {
  NOMEN_REQUIRE(at <= message.size() && length <= message.size() - at);
  out.clear();
  const Shape shape = shape_of(type, rr_class);
  WireReader in(message, at, length,
                shape.accepts_compressed ? Compression::kAccepted : Compression::kRefused, out);
  if (check_fields(shape, in)) return {};
  return failure("malformed rdata of type " + to_string(type));
}

Result<void> check_rdata(RRType type, RRClass rr_class, Bytes rdata) {
  WireReader in(rdata);
  if (rdata.size() <= kMaxRdataBytes && check_fields(shape_of(type, rr_class), in)) return {};
  return failure("malformed rdata of type " + to_string(type));
}

std::strong_ordering compare_rdata(RRType type, RRClass rr_class, Bytes a, Bytes b) {
  const Shape shape = shape_of(type, rr_class);
  const size_t common = std::min(a.size(), b.size());
  if (!shape.lowers_names) {
    const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
    return order != 0 ? order <=> 0 : a.size() <=> b.size();
  }
  CanonicalBytes x(shape, a);
  CanonicalBytes y(shape, b);
  for (size_t i = 0; i < common; i++) {
    const auto order = x.next(i) <=> y.next(i);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

void canonical_rdata(RRType type, RRClass rr_class, Bytes rdata, RdataBuffer& out) {
  out.clear();
  NOMEN_REQUIRE(out.append(rdata));
  const Shape shape = shape_of(type, rr_class);
  if (!shape.lowers_names) return;
  const RdataNames names = checked_names(shape, rdata);
  for (size_t i = 0; i < names.count; i++) {
    for (size_t at = names.offsets[i];; at++) {
      uint8_t* label = out.data() + at;
      for (size_t k = 1; k <= *label; k++) label[k] = lower(label[k]);
      if (*label == 0) break;
      at += *label;
    }
  }
}

RdataNames names_in_rdata(RRType type, RRClass rr_class, Bytes rdata) {
  return checked_names(shape_of(type, rr_class), rdata);
}

}  // namespace nomen::dns
