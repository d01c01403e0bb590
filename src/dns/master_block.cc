#include "dns/master_block.h"

#include <fmt/format.h>

#include <algorithm>

#include "dns/hostname.h"
#include "dns/master_generate.h"

namespace nomen::dns {

namespace {

const char* as_chars(const uint8_t* p) {
  return reinterpret_cast<const char*>(p);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](char x, char y) { return lower(static_cast<uint8_t>(x)) == lower(static_cast<uint8_t>(y)); });
}

/// The line that begins at `at`; `end` stands behind a newline.
std::string_view line_at(const uint8_t* at, const uint8_t* end) {
  const auto size = static_cast<size_t>(end - at);
  const auto* newline = static_cast<const uint8_t*>(std::memchr(at, '\n', size));
  return as_text({at, newline != nullptr ? static_cast<size_t>(newline - at) : size});
}

/// Whether the line holds a $TTL or $ORIGIN that surely ends with it.
bool is_plain_directive(std::string_view line) {
  constexpr auto kIsPlain = [](char c) {
    return c != '"' && c != '(' && c != ')' && c != '\\' && c != '\r';  // a lone CR ends a record, too
  };
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  return (equals_ignoring_case(word, "$TTL") || equals_ignoring_case(word, "$ORIGIN")) &&
         std::ranges::all_of(line, kIsPlain);
}

bool starts_flow_directive(std::string_view word) {
  return equals_ignoring_case(word, "$INCLUDE") || equals_ignoring_case(word, "$GENERATE");
}

/// What stands in quotes is read again as text of its own: \" begins a quoted string there. Other escapes
/// stay.
std::string without_escaped_quotes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != '"') out += '\\';
      i++;
    }
    out += text[i];
  }
  return out;
}

}  // namespace

struct BlockParser::Fields {
  std::optional<uint32_t> ttl_s;
  RRType type{};
  size_t rdata_at = 0;  // the first token of the rdata
  uint32_t line = 0;
};

BlockParser::BlockParser(const MasterFileOptions& options, const MasterKernel& kernel)
    : options_(options), kernel_(kernel), rdata_(std::make_unique_for_overwrite<RdataBuffer>()) {}

BlockParser::BlockParser(const MasterFileOptions& options, const MasterKernel& kernel, MasterBuffers& buffers)
    : options_(options),
      kernel_(kernel),
      rdata_(buffers.rdata ? std::move(buffers.rdata) : std::make_unique_for_overwrite<RdataBuffer>()) {
  record_.tokens = std::move(buffers.tokens);
}

void BlockParser::give_back(MasterBuffers& buffers) {
  buffers.rdata = std::move(rdata_);
  buffers.tokens = std::move(record_.tokens);
}

void BlockParser::attach(BlockKind kind, const std::string& file, MasterState& state, uint32_t& line,
                         MasterReport& report) {
  kind_ = kind;
  file_ = &file;
  state_ = &state;
  line_ = &line;
  report_ = &report;
  include_.reset();
  entry_use_ = {};
}

void BlockParser::begin(const TextBlock& block, const std::string& file, MasterState& state,
                        BatchWriter& writer, MasterReport& report) {
  writer.begin(file, block.size);
  writer_ = &writer;
  RecordRun& run = writer.run();
  run.line = block.line;
  run.end = block.begin + block.size;
  run.owner_size = 0;
  attach(block.kind, file, state, run.line, report);
}

TextBlock BlockParser::parse_plain(const TextBlock& lines, const std::string& file, MasterState& state,
                                   BatchWriter& writer, MasterReport& report) {
  if (options_.rr_class != RRClass::kIn) return lines;
  begin(lines, file, state, writer, report);
  const uint8_t* const at = read_plain_lines(lines.begin);
  keep_owner();
  return {at, static_cast<size_t>(writer.run().end - at), writer.run().line, lines.kind};
}

std::optional<IncludeRequest> BlockParser::parse(const TextBlock& block, const std::string& file,
                                                 MasterState& state, BatchWriter& writer,
                                                 MasterReport& report) {
  begin(block, file, state, writer, report);
  const RecordRun& run = writer.run();
  if (block.kind == BlockKind::kTooLong) {
    record_begin_ = as_chars(block.begin);
    error(record_begin_, "record too long or unbalanced parentheses: no end within 1 MB");
    return std::nullopt;
  }
  const bool use_kernel = options_.rr_class == RRClass::kIn && block.kind == BlockKind::kRecords;
  for (const uint8_t* at = block.begin; at < run.end;) {
    if (use_kernel && *at != '$') at = run_kernel(at);
    if (at < run.end) at = read_one(at);
  }
  keep_owner();
  return std::move(include_);
}

void BlockParser::foresee(const TextBlock& block, std::span<const uint32_t> directives, MasterState& state) {
  static const std::string kNoFile;
  MasterReport report;
  uint32_t line = 0;
  attach(BlockKind::kRecords, kNoFile, state, line, report);
  for (const uint32_t at : directives) {
    record_begin_ = as_chars(block.begin + at);
    lex_record(record_begin_, as_chars(block.begin + block.size), record_);
    read_directive();
  }
}

/// Where it stands then: on a line that is not plain, or at the end.
const uint8_t* BlockParser::read_plain_lines(const uint8_t* at) {
  const uint8_t* const end = writer_->run().end;
  while (at < end) {
    if (*at != '$') at = run_kernel(at);
    if (at == end || *at != '$' || !is_plain_directive(line_at(at, end))) break;
    at = read_one(at);
  }
  return at;
}

const uint8_t* BlockParser::run_kernel(const uint8_t* at) {
  load_run();
  RecordRun& run = writer_->run();
  for (;;) {
    at = kernel_.parse_records(run, at);
    const bool is_full = run.count >= run.count_limit || run.used > run.used_limit;
    if (at >= run.end || !is_full) break;
    store_run();
    keep_owner();
    writer_->make_room(0);
  }
  store_run();
  return at;
}

/// What a kernel needs of the state.
void BlockParser::load_run() {
  RecordRun& run = writer_->run();
  const NameView origin = state_->origin;
  std::memcpy(origin_.data(), origin.data(), origin.size());
  run.owner_text = nullptr;  // the same text may mean another name by now
  run.owner_text_size = 0;
  run.origin = origin_.data();
  run.origin_size = static_cast<uint32_t>(origin.size());
  run.origin_is_host = is_hostname(origin);
  run.last_ttl_known = false;
  // Of a TTL from the block before the general reader takes note; then the kernel may go on with it.
  const bool rfc1035 = state_->rfc1035_warned && state_->last_ttl_s && entry_use_.ttl;
  run.implicit_ttl_known = state_->default_ttl_s.has_value() || rfc1035;
  run.implicit_is_last = !state_->default_ttl_s.has_value();
  run.implicit_ttl_s = state_->default_ttl_s ? *state_->default_ttl_s : state_->last_ttl_s.value_or(0);
}

void BlockParser::store_run() {
  const RecordRun& run = writer_->run();
  if (!run.last_ttl_known) return;
  state_->last_ttl_s = run.last_ttl_s;
  entry_use_.sets_last_ttl = true;
}

/// The owner that stands in the batch becomes the state's before the batch goes away.
void BlockParser::keep_owner() {
  if (writer_->run().owner_size == 0) return;
  state_->owner = Name(writer_->current_owner());
  entry_use_.sets_owner = true;
}

void BlockParser::set_owner(const Name& owner) {
  const bool is_current =
      writer_->run().owner_size != 0 && equal(writer_->current_owner().bytes(), owner.bytes());
  if (!is_current) writer_->forget_owner();
  state_->owner = owner;
  entry_use_.sets_owner = true;
}

const uint8_t* BlockParser::read_one(const uint8_t* at) {
  record_begin_ = as_chars(at);
  const char* next = lex_record(record_begin_, as_chars(writer_->run().end), record_);
  keep_owner();
  if (!record_.tokens.empty() || record_.error != nullptr) {
    const bool is_directive = !record_.leading_blank && !record_.tokens.empty() &&
                              !record_.tokens[0].quoted && record_.tokens[0].text.starts_with('$');
    if (is_directive) {
      read_directive();
    } else {
      read_record();
    }
  }
  *line_ += static_cast<uint32_t>(std::count(record_begin_, next, '\n'));
  return at + (next - record_begin_);
}

void BlockParser::read_directive() {
  const std::string_view word = record_.tokens[0].text;
  if (record_.error != nullptr) {
    error(record_.error_at, record_.error);
  } else if (equals_ignoring_case(word, "$ORIGIN")) {
    read_origin();
  } else if (equals_ignoring_case(word, "$TTL")) {
    read_default_ttl();
  } else if (kind_ != BlockKind::kDirective && starts_flow_directive(word)) {
    error(word.data(), fmt::format("{} must stand at the begin of a line", word));
  } else if (equals_ignoring_case(word, "$INCLUDE")) {
    read_include();
  } else if (equals_ignoring_case(word, "$GENERATE")) {
    read_generate();
  } else if (equals_ignoring_case(word, "$DATE")) {
    if (has_token(1)) expect_end(2);  // in BIND's cache dumps: when the TTLs were true; of no use in a zone
  } else {
    error(word.data(),
          fmt::format("unknown $ directive '{}', expected $ORIGIN, $TTL, $INCLUDE or $GENERATE", word));
  }
}

void BlockParser::read_origin() {
  if (!has_token(1)) return;
  const TextToken& token = record_.tokens[1];
  const auto origin = Name::parse(token.text, state_->origin);
  if (!origin)
    return error(token.text.data(), fmt::format("bad origin '{}': {}", token.text, origin.error().text));
  state_->origin = *origin;
  expect_end(2);
}

void BlockParser::read_default_ttl() {
  if (!has_token(1)) {
    state_->default_ttl_s = 0;
    return;
  }
  const TextToken& token = record_.tokens[1];
  const auto ttl_s = read_ttl(token.text);
  state_->default_ttl_s = ttl_s.value_or(0);
  if (!ttl_s)
    return error(token.text.data(), fmt::format("bad ttl '{}', expected seconds or like 1h30m", token.text));
  expect_end(2);
}

void BlockParser::read_include() {
  if (!has_token(1)) return;
  const TextToken& path = record_.tokens[1];
  IncludeRequest include{std::string(path.text), state_->origin, position(path.text.data())};
  if (record_.tokens.size() > 2) {
    const TextToken& token = record_.tokens[2];
    const auto origin = Name::parse(token.text, state_->origin);
    if (!origin)
      return error(token.text.data(), fmt::format("bad origin '{}': {}", token.text, origin.error().text));
    include.origin = *origin;
    if (!expect_end(3)) return;
  }
  include_ = std::move(include);
}

/// $GENERATE range lhs [ttl] [class] type rhs
void BlockParser::read_generate() {
  Fields fields;
  fields.line = *line_;
  if (!has_token(1) || !has_token(2) || !read_generate_fields(fields)) return;
  const TextToken& rhs = record_.tokens[fields.rdata_at];
  const auto range = parse_generate_range(record_.tokens[1].text);
  if (!range) return error(record_.tokens[1].text.data(), "$GENERATE: " + range.error().text);
  if (!expect_end(fields.rdata_at + 1)) return;
  const std::string rdata_text = rhs.quoted ? without_escaped_quotes(rhs.text) : std::string(rhs.text);
  for (uint64_t value = range->start; value <= range->stop; value += range->step) {
    if (!generate_one(fields, static_cast<uint32_t>(value), rdata_text)) return;
  }
}

bool BlockParser::read_generate_fields(Fields& fields) {
  if (!read_fields(3, fields) || !has_token(fields.rdata_at)) return false;
  if (fields.ttl_s) return true;
  fields.ttl_s = state_->default_ttl_s ? state_->default_ttl_s : state_->last_ttl_s;
  if (!fields.ttl_s) error(record_begin_, "no TTL specified");
  return fields.ttl_s.has_value();
}

bool BlockParser::generate_one(const Fields& fields, uint32_t value, std::string_view rhs) {
  const TextToken& lhs = record_.tokens[2];
  const auto fail = [&](const std::string& text) {
    error(lhs.text.data(), fmt::format("$GENERATE: {} (at {})", text, value));
    return false;
  };
  const auto owner_text = expand_generate(lhs.text, value);
  if (!owner_text) return fail(owner_text.error().text);
  auto rdata_text = expand_generate(rhs, value);
  if (!rdata_text) return fail(rdata_text.error().text);
  const auto owner = Name::parse(*owner_text, state_->origin);
  if (!owner) return fail(fmt::format("bad owner name '{}': {}", *owner_text, owner.error().text));
  *rdata_text += '\n';
  const char* end = rdata_text->data() + rdata_text->size();
  lex_record(rdata_text->data(), end, generated_);
  if (generated_.error != nullptr) return fail(generated_.error);
  rdata_->clear();
  const auto read =
      rdata_from_text(fields.type, options_.rr_class, generated_.tokens, state_->origin, *rdata_);
  if (!read)
    return fail(fmt::format("'{}': {}", std::string_view(*rdata_text).substr(0, rdata_text->size() - 1),
                            read.error().text));
  emit(*owner, fields);
  return true;
}

void BlockParser::read_record() {
  size_t at = 0;
  if (!record_.leading_blank && !record_.tokens.empty()) {
    if (!read_owner()) return;
    at = 1;
  }
  if (record_.error != nullptr) return error(record_.error_at, record_.error);
  if (record_.leading_blank) {
    if (!entry_use_.sets_owner) entry_use_.owner = true;
    if (!state_->owner) return error(record_begin_, "no current owner name");
  }
  Fields fields;
  fields.line = *line_;
  if (!read_fields(at, fields) || !read_rdata(fields.type, fields.rdata_at)) return;
  fields.ttl_s = record_ttl(fields);
  if (!fields.ttl_s) return;
  emit(*state_->owner, fields);
}

bool BlockParser::read_owner() {
  const TextToken& token = record_.tokens[0];
  const auto owner = Name::parse(token.text, state_->origin);
  if (!owner) {
    error(token.text.data(), fmt::format("bad owner name '{}': {}", token.text, owner.error().text));
    return false;
  }
  set_owner(*owner);
  return true;
}

/// [TTL] [class] type, in BIND's order of trying.
bool BlockParser::read_fields(size_t at, Fields& fields) {
  const std::vector<TextToken>& tokens = record_.tokens;
  std::optional<RRClass> rr_class;
  const char* class_at = nullptr;
  const auto try_class = [&] {
    if (rr_class || tokens[at].quoted) return true;
    rr_class = parse_class(tokens[at].text);
    if (!rr_class) return true;
    class_at = tokens[at++].text.data();
    return has_token(at);
  };
  if (!has_token(at) || !try_class()) return false;
  if (!tokens[at].quoted) fields.ttl_s = read_ttl(tokens[at].text);
  if (fields.ttl_s) {
    state_->last_ttl_s = fields.ttl_s;
    entry_use_.sets_last_ttl = true;
    if (!has_token(++at)) return false;
  }
  if (!try_class()) return false;
  const TextToken& token = tokens[at];
  const auto type = token.quoted ? std::nullopt : parse_type(token.text);
  if (!type) {
    error(token.text.data(), fmt::format("unknown RR type '{}'", token.text));
    return false;
  }
  if (rr_class && *rr_class != options_.rr_class) {
    error(class_at,
          fmt::format("class '{}' != zone class '{}'", to_string(*rr_class), to_string(options_.rr_class)));
    return false;
  }
  fields.type = *type;
  fields.rdata_at = at + 1;
  return check_type(*type, token);
}

bool BlockParser::check_type(RRType type, const TextToken& token) {
  constexpr uint16_t kMd = 3;
  constexpr uint16_t kMf = 4;
  if (number(type) == kMd || number(type) == kMf) {  // RFC 1123 6.1.2.1
    error(token.text.data(), fmt::format("type '{}': obsolete, expected MX", to_string(type)));
    return false;
  }
  if (is_meta_type(type)) {
    error(token.text.data(), fmt::format("type '{}': invalid use of a meta type", to_string(type)));
    return false;
  }
  return true;
}

bool BlockParser::read_rdata(RRType type, size_t first) {
  const std::vector<TextToken>& tokens = record_.tokens;
  const std::span<const TextToken> rdata_tokens = std::span(tokens).subspan(first);
  rdata_->clear();
  const auto read = rdata_from_text(type, options_.rr_class, rdata_tokens, state_->origin, *rdata_);
  if (read) return true;
  const RdataTextError& wrong = read.error();
  if (wrong.token < rdata_tokens.size()) {
    const std::string_view text = rdata_tokens[wrong.token].text;
    error(text.data(), fmt::format("near '{}': {}", text, wrong.text));
  } else {
    const std::string_view last = tokens.back().text;
    error(last.data() + last.size(), fmt::format("near eol: {}", wrong.text));
  }
  return false;
}

/// The written TTL, $TTL, the SOA's minimum, or RFC 1035's last one; an error is reported.
std::optional<uint32_t> BlockParser::record_ttl(const Fields& fields) {
  if (!fields.ttl_s && state_->default_ttl_s) return state_->default_ttl_s;
  if (fields.ttl_s) return fields.ttl_s;
  entry_use_.ttl = true;
  if (state_->last_ttl_s) {
    if (!state_->rfc1035_warned) warn(record_begin_, "using RFC1035 TTL semantics");
    state_->rfc1035_warned = true;
    return state_->last_ttl_s;
  }
  if (fields.type == RRType::kSoa && rdata_->size() >= 4) {
    warn(record_begin_, "no TTL specified; using SOA MINTTL instead");
    uint32_t minimum_s = load_u32(rdata_->data() + rdata_->size() - 4);
    if (minimum_s > kMaxTtl) minimum_s = 0;
    state_->default_ttl_s = minimum_s;
    return minimum_s;
  }
  error(record_begin_, "no TTL specified; zone rejected");
  return std::nullopt;
}

/// nullopt when it is no TTL at all; one above RFC 2181's limit counts as 0, with a warning.
std::optional<uint32_t> BlockParser::read_ttl(std::string_view text) {
  const auto ttl_s = parse_ttl(text);
  if (!ttl_s || *ttl_s <= kMaxTtl) return ttl_s;
  warn(text.data(), fmt::format("$TTL {} > MAXTTL, setting $TTL to 0", *ttl_s));
  return 0;
}

void BlockParser::emit(NameView owner, const Fields& fields) {
  const bool generated = state_->owner == std::nullopt || owner.data() != state_->owner->data();
  writer_->make_room(rdata_->size());
  writer_->add(owner, fields.type, options_.rr_class, *fields.ttl_s, fields.line, rdata_->bytes());
  if (generated) writer_->forget_owner();  // a generated owner is not the current one
}

bool BlockParser::has_token(size_t at) {
  if (at < record_.tokens.size()) return true;
  const char* behind = record_begin_;
  if (!record_.tokens.empty()) behind = record_.tokens.back().text.data() + record_.tokens.back().text.size();
  error(behind, "unexpected end of line");
  return false;
}

bool BlockParser::expect_end(size_t at) {
  if (at >= record_.tokens.size()) return true;
  const std::string_view text = record_.tokens[at].text;
  error(text.data(), fmt::format("near '{}': extra input text", text));
  return false;
}

SourcePosition BlockParser::position(const char* at) const {
  SourcePosition position{*file_, *line_, 1};
  const char* line_begin = record_begin_;
  for (const char* p = record_begin_; p < at; p++) {
    if (*p != '\n') continue;
    position.line++;
    line_begin = p + 1;
  }
  position.column = static_cast<uint32_t>(at - line_begin + 1);
  return position;
}

void BlockParser::error(const char* at, std::string text) {
  report_->add({Severity::kError, position(at), std::move(text)});
}

void BlockParser::warn(const char* at, std::string text) {
  report_->add({Severity::kWarning, position(at), std::move(text)});
}

}  // namespace nomen::dns
