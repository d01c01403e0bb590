// Reading a configuration again of which little has changed. Zone statements whose text is the same, in a
// configuration that beside its zones says the same, mean the same: they are not parsed, checked and built
// again, and their config::Zone is shared, many at once as a part of the view's list. With 100,000 zones that
// is nearly all of the work; what is left of it is to read the text and to hash it.
//
// What is remembered is only what is surely independent of everything else: primary zones in plain words,
// without an include inside and without a warning. When anything is out of the ordinary (an error, another
// option, a name that comes twice), the whole configuration is read as if nothing were known.
//
// How it goes: ZoneMemory is what the last reading left; a ZoneRecall is one reading: the parser asks it for
// each zone statement, and tells it those that it had to parse.
// Thread rule: one thread at a time.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "config/tree.h"

namespace nomen::config {

class ZoneMemory {
 public:
  struct Entry {
    uint64_t text = 0;  ///< hash of the statement's text
    uint64_t name = 0;  ///< hash of the zone's name
    uint32_t size = 0;  ///< of the statement's text
    ZonePtr zone;
  };
  /// What is asked of each zone in each reading, close together.
  struct Mark {
    uint16_t name = 0;   ///< some bits of Entry::name
    uint16_t file = 0;   ///< some bits of the hash of its file's name
    bool plain = false;  ///< as config::View knows it
  };
  /// Statements that stand one behind the other with blanks between them, all known: they are looked at as
  /// one.
  struct Run {
    uint64_t text = 0;   ///< hash of all their text, the blanks included
    size_t size = 0;     ///< of that
    uint32_t first = 0;  ///< number of the first one's entry
    uint32_t count = 0;
    uint32_t lines = 0;       ///< that end in the text
    ZoneList::PartPtr zones;  ///< nullptr until there is a list with them
  };

  bool empty() const { return views_.empty(); }

 private:
  friend class ZoneRecall;
  struct View {
    std::vector<Entry> entries;  ///< as the statements stand
    std::vector<Mark> marks;     ///< of each of them
    std::vector<Run> runs;       ///< of some of them, in their order

    void add(Entry entry, Mark mark) {
      entries.push_back(std::move(entry));
      marks.push_back(mark);
    }
  };
  Outline outline_;
  std::vector<View> views_;  ///< of each view in order
};

class ZoneRecall {
 public:
  /// With `use_known` false nothing is known; what is read is remembered all the same.
  ZoneRecall(ZoneMemory& memory, bool use_known)
      : memory_(memory), use_known_(use_known && !memory.empty()) {}

  // ---- the parser's side

  /// The statements that follow stand in this view, by number; without views it is 0.
  void enter_view(size_t view) { view_ = view; }
  size_t view() const { return view_; }
  bool has_known() const { return use_known_; }
  /// Text that the reader passes by.
  struct Passed {
    size_t size = 0;                ///< 0: nothing is known
    std::optional<uint32_t> lines;  ///< that end in it; unset: not known
  };
  /// What `text`, which goes to the end of the file, begins with of the statements that stood next the last
  /// time: a run of them or one.
  Passed knows_next(std::string_view text);
  /// Whether the next statement is known.
  bool knows(std::string_view text);
  /// This one had to be parsed; so many bytes of the file are behind it.
  void note(std::string_view text, const Node* statement, uint32_t last_line, size_t left);

  // ---- the side of load_config

  /// How many statements had to be parsed.
  size_t noted() const {
    size_t count = 0;
    for (const View& view : views_) count += view.noted.size();
    return count;
  }
  /// Puts the known zones in front of those that were built of `tree`; false when it has to be read anew.
  bool complete(const Tree& tree, Config& config);
  /// Leaves in the memory what there is now.
  void remember(const Tree& tree, const Diagnostics& diagnostics, const Config& config);

 private:
  struct Noted {
    uint64_t text;
    const Node* statement;
    uint32_t size;
    uint32_t last_line;
  };
  /// Statements that follow each other, of the file that ends at `file_end`, until they are enough for a run.
  struct Growing {
    const char* begin = nullptr;
    const char* end = nullptr;
    const char* file_end = nullptr;
    uint32_t count = 0;

    /// Takes the next one: the run that it completes, whose last statement has the number `last`.
    std::optional<ZoneMemory::Run> take(std::string_view statement, const char* file_end, size_t last);
  };
  /// Entries of the memory whose statements are there again.
  struct Known {
    uint32_t first = 0;
    uint32_t count = 0;
  };
  struct View {
    std::vector<Known> known;  ///< in the order of the memory
    size_t known_count = 0;
    std::vector<Noted> noted;
    std::vector<ZoneMemory::Run> runs;        ///< by numbers among the known ones
    std::vector<ZoneMemory::Run> noted_runs;  ///< by numbers among `noted`
    size_t next_run = 0;                      ///< of the memory
    Growing growing_known, growing_noted;

    /// The entry behind the last known one.
    size_t next() const { return known.empty() ? 0 : size_t{known.back().first} + known.back().count; }
    void knows(size_t first, size_t count);
  };

  class NewFiles;

  View& here();
  const ZoneMemory::Run* known_run(View& view, std::string_view text) const;
  static bool are_free(const ZoneMemory::View& memory, const View& recalled, const NewFiles& files,
                       const config::View& view);
  static void put_known(const ZoneMemory::View& memory, View& recalled, config::View& view);
  static ZoneMemory::View kept(ZoneMemory::View* before, View& recalled);
  static void keep_noted(View& recalled, const config::View& view, ZoneMemory::View& now);
  bool is_plain(const Tree& tree, const Diagnostics& diagnostics, const Config& config,
                bool with_known) const;

  ZoneMemory& memory_;
  bool use_known_;
  size_t view_ = 0;
  std::vector<View> views_;
};

}  // namespace nomen::config
