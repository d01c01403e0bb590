#include "config/shape.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/contract.h"

namespace nomen::config {
namespace {

constexpr std::pair<ValueType, std::string_view> kTypeNames[] = {
    {ValueType::kKeyword, "keyword"},
    {ValueType::kBoolean, "boolean"},
    {ValueType::kInteger, "integer"},
    {ValueType::kPort, "port"},
    {ValueType::kFixedPoint, "fixedpoint"},
    {ValueType::kPercentage, "percentage"},
    {ValueType::kSize, "sizeval"},
    {ValueType::kDuration, "duration"},
    {ValueType::kString, "string"},
    {ValueType::kQuoted, "quoted_string"},
    {ValueType::kBare, "word"},
    {ValueType::kIpv4, "ipv4_address"},
    {ValueType::kIpv6, "ipv6_address"},
    {ValueType::kIpAddress, "ip_address"},
    {ValueType::kPrefix, "netprefix"},
    {ValueType::kAddressMatchElement, "address_match_element"},
    {ValueType::kAnyText, "unspecified-text"},
    {ValueType::kRRTypes, "rrtypelist"},
};

constexpr std::array<std::string_view, static_cast<size_t>(Place::kCount)> kPlaceNames = {
    "top",       "options", "view",          "zone", "server", "key",        "logging", "channel",
    "controls",  "dlz",     "dnssec-policy", "http", "tls",    "rate-limit", "dns64",   "statistics-channels",
    "key-store", "template"};

class ShapeReader {
 public:
  explicit ShapeReader(std::string_view notation) : text_(notation) { advance(); }

  Shape read() {
    Shape shape = sequence();
    NOMEN_REQUIRE(word_.empty());
    return shape;
  }

 private:
  // Words are separated by blanks; <...> is one word whatever it holds, ';' is a word of its own.
  void advance() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    const size_t start = at_;
    if (at_ < text_.size() && text_[at_] == '<') {
      while (text_[at_] != '>') ++at_;
      ++at_;
    } else if (at_ < text_.size() && text_[at_] == ';') {
      ++at_;
    } else {
      while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != ';') ++at_;
    }
    word_ = text_.substr(start, at_ - start);
  }
  void expect(std::string_view word) {
    NOMEN_REQUIRE(word_ == word);
    advance();
  }

  Shape sequence() {
    Shape out;
    while (!word_.empty() && word_ != ")" && word_ != "]" && word_ != "*]" && word_ != "}" && word_ != "|" &&
           word_ != ";") {
      out.parts.push_back(item());
    }
    if (out.parts.size() == 1) {
      Shape only = std::move(out.parts[0]);
      return only;
    }
    return out;
  }

  Shape alternatives(Shape::Kind kind, std::string_view close) {
    Shape out{.kind = kind};
    advance();
    out.parts.push_back(sequence());
    while (word_ == "|") {
      advance();
      out.parts.push_back(sequence());
    }
    expect(close);
    return out;
  }

  Shape braces() {
    advance();
    if (word_.starts_with('@')) {
      const auto place = parse_place(word_.substr(1));
      NOMEN_REQUIRE(place.has_value());
      advance();
      expect("}");
      return Shape{.kind = Shape::Kind::kBlock, .place = *place};
    }
    Shape out{.kind = Shape::Kind::kList};
    out.parts.push_back(sequence());
    expect(";");
    expect("...");
    expect("}");
    return out;
  }

  Shape value() {
    std::string_view inside = word_.substr(1, word_.size() - 2);
    advance();
    Shape out{.kind = Shape::Kind::kValue};
    if (const size_t blank = inside.find(' '); blank != std::string_view::npos) {
      const std::string_view range = inside.substr(blank + 1);
      inside = inside.substr(0, blank);
      const size_t dots = range.find("..");
      NOMEN_REQUIRE(dots != std::string_view::npos);
      std::from_chars(range.data(), range.data() + dots, out.low);
      if (dots + 2 < range.size())
        std::from_chars(range.data() + dots + 2, range.data() + range.size(), out.high);
    }
    for (const auto& [type, name] : kTypeNames) {
      if (name == inside) {
        out.type = type;
        return out;
      }
    }
    NOMEN_REQUIRE(!"a known value type");
    return out;
  }

  Shape item() {
    if (word_ == "(") return alternatives(Shape::Kind::kChoice, ")");
    if (word_ == "[*") return alternatives(Shape::Kind::kAnyOrder, "*]");
    if (word_ == "{") return braces();
    if (word_.starts_with('<')) return value();
    if (word_ == "[") {
      Shape out{.kind = Shape::Kind::kOptional};
      advance();
      out.parts.push_back(sequence());
      expect("]");
      return out;
    }
    Shape out{.kind = Shape::Kind::kWord, .word = word_};
    if (word_.size() > 1 && (word_[0] == '~' || word_[0] == '-')) {
      out.age = word_[0] == '~' ? Shape::Age::kDeprecated : Shape::Age::kObsolete;
      out.word.remove_prefix(1);
    }
    advance();
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view word_;
};

}  // namespace

std::string_view to_string(Place place) {
  return kPlaceNames[static_cast<size_t>(place)];
}

std::optional<Place> parse_place(std::string_view text) {
  for (size_t i = 0; i < kPlaceNames.size(); ++i) {
    if (kPlaceNames[i] == text) return static_cast<Place>(i);
  }
  return std::nullopt;
}

std::string_view to_string(ValueType type) {
  for (const auto& [known, name] : kTypeNames) {
    if (known == type) return name;
  }
  return {};
}

Shape compile_shape(std::string_view notation) {
  return ShapeReader(notation).read();
}

}  // namespace nomen::config
