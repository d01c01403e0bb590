#include "zone/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "dns/rdata.h"
#include "zone/denial.h"
#include "zone/node_order.h"

namespace nomen::zone {

namespace {

using dns::NameView;
using dns::RRType;

/// Columns at which the parts of a record begin.
struct Columns {
  size_t ttl;
  size_t rr_class;
  size_t type;
  size_t rdata;
  uint32_t split_width;  ///< of blobs
};
constexpr Columns kFullColumns{46, 46, 46, 64, 56};
constexpr Columns kRelativeColumns{24, 24, 24, 32, 44};
constexpr size_t kTab = 8;
constexpr size_t kDumpPiece = 64 << 10;  // bytes handed on at a time

/// The nodes in canonical order, those of NSEC3 behind the others, and how many others there are.
std::vector<Ref> dump_order(const Content& content, size_t& others) {
  std::vector<Ref> refs = content.sorted_nodes();
  const auto middle = std::stable_partition(refs.begin(), refs.end(),
                                            [&](Ref ref) { return !is_nsec3_node(content.node(ref)); });
  others = static_cast<size_t>(middle - refs.begin());
  return refs;
}

uint32_t order_of(RRsetView set) {
  const RRType type = set.is_signature() ? set.covered() : set.type();
  const uint32_t rank = type == RRType::kSoa ? 0 : type == RRType::kNs ? 1 : dns::number(type) + 2U;
  return rank << 1 | (set.is_signature() ? 1U : 0U);
}

/// "1 week 2 days", as comments say it.
std::string period_text(uint32_t seconds) {
  struct Unit {
    uint32_t seconds;
    const char* name;
  };
  std::string text;
  uint32_t left = seconds;
  for (const Unit unit : {Unit{604800, "week"}, Unit{86400, "day"}, Unit{3600, "hour"}, Unit{60, "minute"},
                          Unit{1, "second"}}) {
    const uint32_t count = left / unit.seconds;
    left %= unit.seconds;
    if (count == 0 && !(unit.seconds == 1 && text.empty())) continue;
    fmt::format_to(std::back_inserter(text), "{}{} {}{}", text.empty() ? "" : " ", count, unit.name,
                   count == 1 ? "" : "s");
  }
  return text;
}

/// When the first of the signatures needs to be made anew: when it expires, or now if it is not valid yet.
std::string resign_time(RRsetView signatures, uint32_t now_s) {
  uint32_t when = UINT32_MAX;
  signatures.for_each([&](Bytes rdata) {
    if (rdata.size() < 18) return;
    const uint32_t expires = load_u32(rdata.data() + 8);
    const uint32_t begins = load_u32(rdata.data() + 12);
    const bool is_later = static_cast<int32_t>(begins - now_s) > 0;
    when = std::min(when, is_later ? now_s : expires);
  });
  const std::time_t time = when;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// One line of output whose columns are lined up by tabs, as BIND lays them out.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}

  void put(std::string_view text) {
    out_ += text;
    column_ += text.size();
  }
  /// Tabs and blanks up to `to`; at least one blank.
  void advance(size_t to) {
    to = std::max(to, column_ + 1);
    const size_t tabs = to / kTab - column_ / kTab;
    out_.append(tabs, '\t');
    if (tabs > 0) column_ = to / kTab * kTab;
    out_.append(to - column_, ' ');
    column_ = to;
  }

 private:
  std::string& out_;
  size_t column_ = 0;
};

class TextDump {
 public:
  TextDump(const Content& content, DumpStyle style, uint32_t now_s, const DumpSink& sink,
           const Spellings* spellings)
      : content_(content),
        relative_(style == DumpStyle::kRelative),
        now_s_(now_s),
        sink_(sink),
        spellings_(spellings),
        columns_(relative_ ? kRelativeColumns : kFullColumns),
        class_text_(dns::to_string(content.rr_class())) {
    style_.split_width = columns_.split_width;
    style_.multiline = relative_;
    style_.line_break = "\n\t\t\t\t";
  }

  bool run() {
    size_t others = 0;
    refs_ = dump_order(content_, others);
    return dump_range(0, others) && dump_range(others, refs_.size()) && flush();
  }

 private:
  bool dump_range(size_t begin, size_t end) {
    if (relative_) note_common(begin, end);
    origin_known_ = false;
    for (size_t i = begin; i < end; i++) {
      const NodeView node = content_.node(refs_[i]);
      const std::vector<RRsetView> sets = rrsets_in_dump_order(node);
      if (relative_) set_origin(spelled_owner(content_, node, sets.front(), spellings_), i, begin, end);
      dump_node(node, sets);
      if (out_.size() >= kDumpPiece && !flush()) return false;
    }
    return true;
  }

  bool flush() {
    const bool wanted = out_.empty() || sink_(out_);
    out_.clear();
    return wanted;
  }

  /// common_[i - begin]: labels that nodes i and i+1 have in common.
  void note_common(size_t begin, size_t end) {
    common_.assign(end - begin, 0);
    for (size_t i = begin; i + 1 < end; i++) {
      common_[i - begin] =
          static_cast<uint8_t>(common_labels(content_.node(refs_[i]), content_.node(refs_[i + 1])));
    }
  }

  /// BIND's origin of a name is the longest name above it that exists or is shared with another name; that of
  /// the apex is the root. Wildcards bring the names above and below them into being.
  void set_origin(const dns::Name& owner, size_t i, size_t begin, size_t end) {
    const size_t below = owner.label_count() - content_.apex_labels();
    dns::Name origin;
    if (below > 0) {
      size_t shared = i > begin ? common_[i - 1 - begin] : 0;
      size_t next = i;
      while (next + 1 < end && common_[next - begin] >= below) next++;
      if (next + 1 < end) shared = std::max<size_t>(shared, common_[next - begin]);
      NameView above = owner;
      for (size_t label = below; label > 0; label--, above = above.parent()) {
        if (!above.is_wildcard()) continue;
        shared = std::max(shared, label < below ? label : label - 1);
      }
      origin = dns::Name(owner.view().strip(below - shared));
      if (spellings_ != nullptr) origin = spellings_->in_tree(origin);
    }
    if (!origin_known_ || origin.view() != origin_.view()) {
      fmt::format_to(std::back_inserter(out_), "$ORIGIN {}\n", dns::to_string(origin));
      origin_known_ = true;
    }
    origin_ = origin;
    const bool is_absolute = origin_.is_root() && !owner.is_root();
    owner_text_ = is_absolute ? dns::to_string_no_dot(owner) : dns::to_relative_string(owner, origin_);
    if (owner.is_root()) owner_text_.assign(1, '@');
  }

  void dump_node(NodeView node, const std::vector<RRsetView>& sets) {
    bool owner_written = false;
    for (const RRsetView set : sets) {
      if (relative_) {
        write_default_ttl(set.ttl_s());
      } else if (spellings_ != nullptr || !owner_written) {
        owner_text_ = dns::to_string(spelled_owner(content_, node, set, spellings_));
      }
      set.for_each([&](Bytes rdata) {
        write_record(set, rdata, !relative_ || !owner_written);
        owner_written = true;
      });
      if (!relative_ && set.is_signature())
        fmt::format_to(std::back_inserter(out_), "; resign={}\n", resign_time(set, now_s_));
    }
  }

  void write_default_ttl(uint32_t ttl_s) {
    if (ttl_known_ && ttl_s == ttl_s_) return;
    ttl_known_ = true;
    ttl_s_ = ttl_s;
    fmt::format_to(std::back_inserter(out_), "$TTL {}\t; {}\n", ttl_s, period_text(ttl_s));
  }

  void write_record(RRsetView set, Bytes rdata, bool with_owner) {
    Line line(out_);
    if (with_owner) line.put(owner_text_);
    if (!relative_) {
      line.advance(columns_.ttl);
      line.put(fmt::format_int(set.ttl_s()).c_str());
    }
    if (!relative_ || !class_written_) {
      line.advance(columns_.rr_class);
      line.put(class_text_);
      class_written_ = true;
    }
    line.advance(columns_.type);
    line.put(dns::to_string(set.type()));
    line.advance(columns_.rdata);
    // BIND writes the next name of NSEC in full, whatever the origin.
    if (relative_) style_.origin = set.type() == RRType::kNsec ? NameView() : origin_.view();
    line.put(dns::rdata_to_text(set.type(), content_.rr_class(), rdata, style_));
    line.put("\n");
  }

  const Content& content_;
  const bool relative_;
  const uint32_t now_s_;
  const DumpSink& sink_;
  const Spellings* const spellings_;
  const Columns columns_;
  const std::string class_text_;
  dns::RdataStyle style_;
  std::vector<Ref> refs_;
  std::vector<uint8_t> common_;
  std::string out_;
  std::string owner_text_;
  dns::Name origin_;
  bool origin_known_ = false;
  bool class_written_ = false;
  bool ttl_known_ = false;
  uint32_t ttl_s_ = 0;
};

}  // namespace

std::vector<RRsetView> rrsets_in_dump_order(NodeView node) {
  std::vector<RRsetView> sets;
  node.for_each([&](RRsetView set) { sets.push_back(set); });
  std::stable_sort(sets.begin(), sets.end(),
                   [](RRsetView a, RRsetView b) { return order_of(a) < order_of(b); });
  return sets;
}

void for_each_node_in_dump_order(const Content& content, const std::function<bool(NodeView)>& visit) {
  size_t others = 0;
  for (const Ref ref : dump_order(content, others)) {
    if (!visit(content.node(ref))) return;
  }
}

dns::Name spelled_owner(const Content& content, NodeView node, RRsetView set, const Spellings* spellings) {
  const dns::Name owner = node.owner(content.apex());
  if (spellings == nullptr) return owner;
  dns::HashedName hashed;
  hashed.assign(owner);
  return spellings->owner(hashed, set.type(), set.is_signature() ? set.covered() : RRType{});
}

bool dump_text(const Content& content, DumpStyle style, uint32_t now_s, const DumpSink& sink,
               const Spellings* spellings) {
  return TextDump(content, style, now_s, sink, spellings).run();
}

}  // namespace nomen::zone
