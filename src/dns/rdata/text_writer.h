// Builds the presentation form of one rdata: fields with blanks between them, blobs split into words, and
// dig's +multiline layout where the style asks for it. Thread rule: one writer, one thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "dns/rdata.h"

namespace nomen::dns {

class TextWriter {
 public:
  TextWriter(const RdataStyle& style, std::string& out) : style_(style), out_(out) {}

  const RdataStyle& style() const { return style_; }

  /// One more field, after a blank unless it is the first.
  void field(std::string_view text);
  void number(uint64_t value);
  /// Relative to the style's origin where it is below it, in its letters; the origin itself in full.
  void name(NameView name);
  void absolute_name(NameView name) { field(to_string(name)); }
  /// In quotes, with BIND's escapes.
  void quoted(Bytes text);

  /// Blobs: words of split_width characters; multiline, in parentheses and, unless first, on lines of their
  /// own.
  void hex_blob(Bytes bytes);
  void base64_blob(Bytes bytes);
  /// The same without parentheses of their own, after open_group().
  void grouped_base64(Bytes bytes);
  /// The words alone, after what stands there.
  void append_base64_words(Bytes bytes);
  /// Multiline style: " (", closed by close_group() on a line of its own or not. Nothing in one-line style.
  void open_group();
  void close_group();
  /// A new line in multiline style, else the blank that the next field brings anyway.
  void line_break();
  /// Text as it stands at the end, multiline only.
  void comment(std::string_view text);
  /// Text as it stands, without a blank.
  void raw(std::string_view text) {
    out_ += text;
    is_fresh_ = false;
  }

 private:
  void begin_field();

  const RdataStyle& style_;
  std::string& out_;
  bool is_group_open_ = false;
  bool is_fresh_ = true;  ///< no blank is wanted before the next field
};

}  // namespace nomen::dns
