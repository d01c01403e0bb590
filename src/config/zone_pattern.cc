#include "config/zone_pattern.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>

namespace nomen::config {

namespace {

/// A longer statement is hardly one of very many; and its columns are far from where they would stop
/// counting.
constexpr size_t kMostBytes = 4096;
constexpr uint16_t kMostColumns = 32'000;
constexpr size_t kMostParts = 64;

bool is_plain(std::string_view quoted) {
  return quoted.find_first_of("\\\n") == std::string_view::npos;
}

/// Takes `expected` off the front of `text`.
bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// Where the first quote, backslash or line end stands among the first `most` bytes, or `most`.
size_t end_of_plain(const char* text, size_t most) {
  size_t at = 0;
#if defined(__SSE2__)
  for (; at + 16 <= most; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const int found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is('"'), is('\\')), is('\n')));
    if (found != 0) return at + static_cast<size_t>(__builtin_ctz(static_cast<unsigned>(found)));
  }
#endif
  while (at < most && text[at] != '"' && text[at] != '\\' && text[at] != '\n') at++;
  return at;
}

/// Takes what stands in front of the closing quote.
std::optional<std::string_view> take_quoted(std::string_view& text) {
  const size_t most = std::min(text.size(), kMostBytes);
  const size_t end = end_of_plain(text.data(), most);
  if (end == most || text[end] != '"') return std::nullopt;
  const std::string_view quoted = text.substr(0, end);
  text.remove_prefix(end);
  return quoted;
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

/// The part of `node` and of all below and behind it; its index.
size_t ZonePattern::add(const Node& node, const Node& name, const Node& file, Behind& behind) {
  const size_t at = parts_.size();
  parts_.push_back({node, behind});
  if (&node == &name) {
    name_part_ = at;
    behind = Behind::kName;
  } else if (&node == &file) {
    file_part_ = at;
    behind = Behind::kFile;
  }
  if (node.child != nullptr) {
    const size_t child = add(*node.child, name, file, behind);
    parts_[at].child = child;
  }
  if (node.next != nullptr) {
    const size_t next = add(*node.next, name, file, behind);
    parts_[at].next = next;
  }
  return at;
}

std::shared_ptr<const ZonePattern> ZonePattern::of(std::string_view text, const Node& statement) {
  const Node* name = statement.value();
  const Node* file = find(statement.block(), "file");
  if (file != nullptr) file = file->value();
  if (name == nullptr || file == nullptr || !name->quoted || !file->quoted) return nullptr;
  if (text.size() > kMostBytes || statement.position.column > kMostColumns) return nullptr;
  if (!lies_in(name->text, text) || !lies_in(file->text, text) || file->text.data() < name->text.data() ||
      !is_plain(name->text) || !is_plain(file->text))
    return nullptr;
  const std::shared_ptr<ZonePattern> pattern(new ZonePattern);
  pattern->statement_ = &statement;
  pattern->lines_ = static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  pattern->name_ = name->text;
  pattern->file_ = file->text;
  const char* const name_end = name->text.data() + name->text.size();
  const char* const file_end = file->text.data() + file->text.size();
  pattern->before_name_ = {text.data(), static_cast<size_t>(name->text.data() - text.data())};
  pattern->between_ = {name_end, static_cast<size_t>(file->text.data() - name_end)};
  pattern->behind_file_ = {file_end, static_cast<size_t>(text.data() + text.size() - file_end)};
  Behind behind = Behind::kNothing;
  pattern->add(*name, *name, *file, behind);
  return pattern->parts_.size() <= kMostParts ? pattern : nullptr;
}

ZonePattern::~ZonePattern() {
  for (const Spelled* last = spelled_.load(); last != nullptr;)
    last = std::unique_ptr<const Spelled>(last)->before;
}

std::optional<ZonePattern::Match> ZonePattern::match(std::string_view text) const {
  if (!take(text, before_name_)) return std::nullopt;
  const auto name = take_quoted(text);
  if (!name || !take(text, between_)) return std::nullopt;
  const auto file = take_quoted(text);
  if (!file || !take(text, behind_file_)) return std::nullopt;
  return Match{*name, *file, text.data()};
}

Node* ZonePattern::make(TextArena& arena, const Match& match, std::string_view word,
                        const Position& position) const {
  Node* const made = arena.make<Node>();
  made->kind = Node::Kind::kStatement;
  made->row = statement_->row;
  made->position = position;
  made->text = word;
  made->number = match.name.size() | uint64_t{match.file.size()} << 32;
  made->pattern = this;
  return made;
}

/// Where the node of that part stands in this statement.
Position ZonePattern::moved(const Part& part, const Node& made) const {
  const Position& first = statement_->position;
  const Position& here = part.node.position;
  int column = here.column;
  if (here.line == first.line) column += made.position.column - first.column;
  if (part.behind != Behind::kNothing && here.line == parts_[name_part_].node.position.line)
    column += static_cast<int>(name_size(made)) - static_cast<int>(name_.size());
  if (part.behind == Behind::kFile && here.line == parts_[file_part_].node.position.line)
    column += static_cast<int>(file_size(made)) - static_cast<int>(file_.size());
  return {made.position.file, here.line - first.line + made.position.line,
          static_cast<uint16_t>(std::min<int>(column, UINT16_MAX))};
}

const Node* ZonePattern::spell_out(const Node& made) const {
  auto spelled = std::make_unique<Spelled>();
  std::vector<Node>& nodes = spelled->nodes;
  nodes.reserve(parts_.size());
  for (const Part& part : parts_) nodes.push_back(part.node);
  for (size_t i = 0; i < nodes.size(); i++) {
    nodes[i].child = parts_[i].child != 0 ? &nodes[parts_[i].child] : nullptr;
    nodes[i].next = parts_[i].next != 0 ? &nodes[parts_[i].next] : nullptr;
    nodes[i].position = moved(parts_[i], made);
  }
  nodes[name_part_].text = name_of(made);
  nodes[file_part_].text = file_of(made);
  const Node* other = nullptr;
  if (!std::atomic_ref(made.child).compare_exchange_strong(other, nodes.data())) return other;
  spelled->before = spelled_.load();
  while (!spelled_.compare_exchange_weak(spelled->before, spelled.get())) continue;
  return spelled.release()->nodes.data();
}

const Node* Node::spelled_out() const {
  const Node* const known = std::atomic_ref(child).load();
  return known != nullptr ? known : pattern->spell_out(*this);
}

}  // namespace nomen::config
