#include "dns/name.h"

#include <idn2.h>

#include <algorithm>
#include <cstdlib>

namespace nomen::dns {

namespace {

/// Start of each label, the root's included; returns how many (label_count + 1).
size_t label_offsets(NameView name, std::array<uint8_t, kMaxLabels>& offsets) {
  size_t count = 0;
  size_t at = 0;
  for (;;) {
    offsets[count++] = static_cast<uint8_t>(at);
    const size_t length = name.data()[at];
    if (length == 0) return count;
    at += length + 1;
  }
}

std::strong_ordering compare_labels(const uint8_t* a, const uint8_t* b) {
  const size_t common = std::min(a[0], b[0]);
  for (size_t i = 1; i <= common; i++) {
    const uint8_t x = lower(a[i]);
    const uint8_t y = lower(b[i]);
    if (x != y) return x <=> y;
  }
  return a[0] <=> b[0];
}

/// Characters that BIND escapes with a backslash in names (its lib/dns rule: master-file specials).
constexpr bool needs_backslash(uint8_t c) {
  return c == '"' || c == '(' || c == ')' || c == '.' || c == ';' || c == '\\' || c == '@' || c == '$';
}

/// What stands in text as it is.
constexpr std::array<bool, 256> kIsPlain = [] {
  std::array<bool, 256> is_plain{};
  for (size_t c = 0x21; c < 0x7f; c++) is_plain[c] = !needs_backslash(static_cast<uint8_t>(c));
  return is_plain;
}();

void append_label_text(const uint8_t* label, std::string& out) {
  if (std::all_of(label + 1, label + 1 + label[0], [](uint8_t c) { return kIsPlain[c]; })) {
    out.append(reinterpret_cast<const char*>(label + 1), label[0]);
    return;
  }
  std::array<char, 4 * kMaxLabelBytes> text;
  char* at = text.data();
  for (size_t i = 1; i <= label[0]; i++) {
    const uint8_t c = label[i];
    if (needs_backslash(c)) {
      *at++ = '\\';
      *at++ = static_cast<char>(c);
    } else if (c > 0x20 && c < 0x7f) {
      *at++ = static_cast<char>(c);
    } else {
      *at++ = '\\';
      *at++ = static_cast<char>('0' + c / 100);
      *at++ = static_cast<char>('0' + c / 10 % 10);
      *at++ = static_cast<char>('0' + c % 10);
    }
  }
  out.append(text.data(), at);
}

/// Writes labels one after the other and keeps the limits of RFC 1035 2.3.4.
class NameWriter {
 public:
  Result<void> byte(uint8_t c) {
    if (wire_[label_] == kMaxLabelBytes) return failure("label too long: more than 63 bytes");
    if (at_ >= kMaxNameBytes - 1) return failure("name too long: more than 255 bytes");
    wire_[at_++] = c;
    wire_[label_]++;
    return {};
  }
  Result<void> end_label() {
    if (wire_[label_] == 0) return failure("empty label");
    if (at_ >= kMaxNameBytes) return failure("name too long: more than 255 bytes");
    label_ = at_;
    wire_[at_++] = 0;
    return {};
  }
  bool label_is_empty() const { return wire_[label_] == 0; }
  /// The name so far, its last (empty) label being the root.
  Result<Name> finish(NameView origin) {
    const NameView prefix(wire_.data(), at_);
    return Name::joined(prefix, origin);
  }

 private:
  std::array<uint8_t, kMaxNameBytes + 1> wire_{};
  size_t label_ = 0;
  size_t at_ = 1;
};

/// Text as most of it is: without an escape, and right.
class PlainText {
 public:
  /// False when it is not so.
  bool read(std::string_view text, NameView origin) {
    if (text.size() >= kMaxNameBytes || text.contains('\\')) return false;
    std::memcpy(&wire_[1], text.data(), text.size());
    size_t label = 0;  // where its length goes
    for (size_t dot; (dot = text.find('.', label)) != std::string_view::npos; label = dot + 1) {
      if (!set_length(label, dot)) return false;
    }
    const bool is_absolute = label == text.size();
    if (!is_absolute && !set_length(label, text.size())) return false;
    const size_t ahead =
        is_absolute ? label : text.size() + 1;  // bytes in front of the root, or of the origin
    const NameView suffix = is_absolute ? NameView() : origin;
    size_ = ahead + suffix.size();
    if (size_ > kMaxNameBytes) return false;
    std::memcpy(&wire_[ahead], suffix.data(), suffix.size());
    return true;
  }
  NameView view() const { return {wire_.data(), size_}; }

 private:
  bool set_length(size_t label, size_t end) {
    if (end == label || end - label > kMaxLabelBytes) return false;
    wire_[label] = static_cast<uint8_t>(end - label);
    return true;
  }

  std::array<uint8_t, kMaxNameBytes + 1> wire_;
  size_t size_ = 0;
};

/// One character of name text at `at`, escapes undone; `at` moves behind it.
Result<uint8_t> unescape(std::string_view text, size_t& at) {
  if (text[at] != '\\') return static_cast<uint8_t>(text[at++]);
  if (++at == text.size()) return failure("bad escape: nothing follows the backslash");
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (!digit(at)) return static_cast<uint8_t>(text[at++]);
  if (!digit(at + 1) || !digit(at + 2))
    return failure("bad escape: expected three digits after the backslash");
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  if (value > 255) return failure("bad escape: \\DDD is above 255");
  at += 3;
  return static_cast<uint8_t>(value);
}

}  // namespace

size_t NameView::label_count() const {
  size_t count = 0;
  for (size_t at = 0; data_[at] != 0; at += data_[at] + 1U) count++;
  return count;
}

NameView NameView::strip(size_t count) const {
  NameView name = *this;
  while (count-- > 0) name = name.parent();
  return name;
}

bool NameView::is_at_or_below(NameView ancestor) const {
  if (ancestor.size_ > size_) return false;
  NameView name = *this;
  while (name.size_ > ancestor.size_) name = name.parent();
  return name.size_ == ancestor.size_ && name == ancestor;
}

bool operator==(NameView a, NameView b) {
  if (a.size_ != b.size_) return false;
  if (std::memcmp(a.data_, b.data_, a.size_) == 0) return true;  // as they mostly are when they are equal
  for (size_t i = 0; i < a.size_; i++) {
    if (lower(a.data_[i]) != lower(b.data_[i])) return false;
  }
  return true;
}

std::weak_ordering operator<=>(NameView a, NameView b) {
  std::array<uint8_t, kMaxLabels> a_offsets;
  std::array<uint8_t, kMaxLabels> b_offsets;
  size_t a_count = label_offsets(a, a_offsets) - 1;
  size_t b_count = label_offsets(b, b_offsets) - 1;
  while (a_count > 0 && b_count > 0) {
    const auto order = compare_labels(a.data_ + a_offsets[--a_count], b.data_ + b_offsets[--b_count]);
    if (order != 0) return order;
  }
  return a_count <=> b_count;
}

Result<Name> Name::parse(std::string_view text, NameView origin) {
  if (text.empty()) return failure("empty name");
  if (text == "@") return Name(origin);
  if (text == ".") return Name();
  if (PlainText plain; plain.read(text, origin)) return Name(plain.view());
  NameWriter writer;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '.') {
      if (auto ended = writer.end_label(); !ended) return std::unexpected(ended.error());
      at++;
      continue;
    }
    // A bit string, which is no label any more (RFC 6891 5).
    if (writer.label_is_empty() && text.substr(at).starts_with("\\[")) return failure("bad label type: \\[");
    auto c = unescape(text, at);
    if (!c) return std::unexpected(c.error());
    if (auto written = writer.byte(*c); !written) return std::unexpected(written.error());
  }
  if (writer.label_is_empty()) return writer.finish(NameView());
  if (auto ended = writer.end_label(); !ended) return std::unexpected(ended.error());
  return writer.finish(origin);
}

Result<Name> Name::parse(std::string_view text) {
  return parse(text, NameView());
}

Result<Name> Name::from_wire(Bytes wire) {
  size_t at = 0;
  for (;;) {
    if (at >= wire.size()) return failure("name runs past the end");
    const uint8_t length = wire[at];
    if (length > kMaxLabelBytes) return failure("compression pointer or bad label type in a name");
    at += length + 1U;
    if (at > kMaxNameBytes) return failure("name too long: more than 255 bytes");
    if (length == 0) return Name(NameView(wire.data(), at));
  }
}

Name Name::lowered() const {
  Name out;
  out.size_ = size_;
  constexpr size_t kMostPadded = kMaxNameBytes - 31;
  if (size_ <= kMostPadded) {
    lower_padded(wire_.data(), out.wire_.data(), size_);
  } else {
    std::transform(wire_.begin(), wire_.begin() + size_, out.wire_.begin(), lower);
  }
  return out;
}

Result<Name> Name::with_label(Bytes label) const {
  if (label.empty() || label.size() > kMaxLabelBytes) return failure("label must have 1 to 63 bytes");
  if (size_ + label.size() + 1 > kMaxNameBytes) return failure("name too long: more than 255 bytes");
  Name out;
  out.wire_[0] = static_cast<uint8_t>(label.size());
  std::memcpy(&out.wire_[1], label.data(), label.size());
  std::memcpy(&out.wire_[1 + label.size()], wire_.data(), size_);
  out.size_ = static_cast<uint8_t>(size_ + label.size() + 1);
  return out;
}

Result<Name> Name::joined(NameView prefix, NameView suffix) {
  const size_t kept = prefix.size() - 1;
  if (kept + suffix.size() > kMaxNameBytes) return failure("name too long: more than 255 bytes");
  Name out;
  std::memcpy(out.wire_.data(), prefix.data(), kept);
  std::memcpy(&out.wire_[kept], suffix.data(), suffix.size());
  out.size_ = static_cast<uint8_t>(kept + suffix.size());
  return out;
}

std::string to_string(NameView name) {
  if (name.is_root()) return ".";
  std::string out;
  out.reserve(name.size() + 8);
  for (NameView rest = name; !rest.is_root(); rest = rest.parent()) {
    append_label_text(rest.data(), out);
    out += '.';
  }
  return out;
}

std::string to_string_no_dot(NameView name) {
  std::string out = to_string(name);
  if (out.size() > 1) out.pop_back();
  return out;
}

std::string to_relative_string(NameView name, NameView origin) {
  if (origin.is_root() || !name.is_at_or_below(origin)) return to_string(name);
  if (name.size() == origin.size()) return "@";
  std::string out;
  for (NameView rest = name; rest.size() > origin.size(); rest = rest.parent()) {
    if (!out.empty()) out += '.';
    append_label_text(rest.data(), out);
  }
  return out;
}

std::string to_unicode(NameView name) {
  std::string text = to_string_no_dot(name);
  if (text.find("xn--") == std::string::npos && text.find("XN--") == std::string::npos) return text;
  text = to_string_no_dot(Name(name).lowered());
  char* decoded = nullptr;
  if (idn2_to_unicode_8z8z(text.c_str(), &decoded, 0) != IDN2_OK) return text;
  // What IDNA2008 does not allow may steer a terminal (controls, directions): only what leads back is shown.
  uint8_t* back = nullptr;
  const bool valid = idn2_lookup_u8(reinterpret_cast<const uint8_t*>(decoded), &back, 0) == IDN2_OK &&
                     text == reinterpret_cast<const char*>(back);
  std::string out(valid ? decoded : text);
  idn2_free(back);
  idn2_free(decoded);
  return out;
}

size_t NameHash::operator()(NameView name) const {
  uint64_t h = 0xcbf29ce484222325ULL;
  for (const uint8_t c : name.bytes()) h = (h ^ lower(c)) * 0x100000001b3ULL;
  return static_cast<size_t>(h ^ (h >> 32));
}

}  // namespace nomen::dns
