#include "dns/rdata/text_writer.h"

#include <cstring>

#include <fmt/format.h>

#include "dns/rdata/encodings.h"

namespace nomen::dns {

void TextWriter::begin_field() {
  if (!is_fresh_) out_ += ' ';
  is_fresh_ = false;
}

void TextWriter::field(std::string_view text) {
  begin_field();
  out_ += text;
}

void TextWriter::number(uint64_t value) {
  begin_field();
  fmt::format_to(std::back_inserter(out_), FMT_STRING("{}"), value);
}

void TextWriter::name(NameView name) {
  const NameView origin = style_.origin;
  // A name in other letters than the origin's keeps them, and so is written in full.
  const bool is_relative =
      !origin.is_root() && name.size() > origin.size() &&
      std::memcmp(name.data() + name.size() - origin.size(), origin.data(), origin.size()) == 0;
  field(is_relative ? to_relative_string(name, origin) : to_string(name));
}

void TextWriter::quoted(Bytes text) {
  begin_field();
  out_ += '"';
  for (const uint8_t c : text) {
    if (c < 0x20 || c >= 0x7f) {
      fmt::format_to(std::back_inserter(out_), FMT_STRING("\\{:03}"), c);
      continue;
    }
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += static_cast<char>(c);
  }
  out_ += '"';
}

void TextWriter::hex_blob(Bytes bytes) {
  const bool is_first = is_fresh_;
  open_group();
  if (!is_first) line_break();
  begin_field();
  append_hex(bytes, style_.split_width, style_.multiline ? style_.line_break : " ", out_);
  close_group();
}

void TextWriter::base64_blob(Bytes bytes) {
  const bool is_first = is_fresh_;
  open_group();
  if (!is_first) line_break();
  append_base64_words(bytes);
  close_group();
}

void TextWriter::grouped_base64(Bytes bytes) {
  line_break();
  append_base64_words(bytes);
}

void TextWriter::append_base64_words(Bytes bytes) {
  begin_field();
  append_base64(bytes, style_.split_width, style_.multiline ? style_.line_break : " ", out_);
}

void TextWriter::open_group() {
  if (!style_.multiline || is_group_open_) return;
  field("(");
  is_group_open_ = true;
}

void TextWriter::close_group() {
  if (style_.multiline) out_ += " )";
  is_group_open_ = false;
}

void TextWriter::line_break() {
  if (!style_.multiline) return;
  out_ += style_.line_break;
  is_fresh_ = true;
}

void TextWriter::comment(std::string_view text) {
  if (style_.multiline) out_ += text;
}

}  // namespace nomen::dns
