// What checks have found, until it is told in BIND's order: by stage, then by owner in canonical order.
// Thread rule: belongs to one thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "dns/name.h"
#include "zone/check.h"

namespace nomen::zone {

/// In the order in which named looks.
enum class Stage : uint8_t { kRecords, kApex, kIntegrity, kDuplicates, kKeys };

class Findings {
 public:
  explicit Findings(const Content& content) : content_(content) {}

  /// `text` is completed with "zone NAME/CLASS: ".
  void add(Stage stage, dns::NameView owner, Strictness strictness, const std::string& text);
  /// Nothing more is kept: count() instead of making a text for add().
  bool is_full() const { return findings_.size() >= kMostFindings; }
  void count(Stage stage, Strictness strictness);
  bool has_error(Stage stage) const { return errors_[static_cast<size_t>(stage)] != 0; }
  bool has_error() const;
  /// What the other one found becomes this one's too, and the other one is as new.
  void take_from(Findings& other);
  /// In order; spent afterwards.
  Diagnostics take();

 private:
  struct Finding {
    Stage stage;
    dns::Name owner;
    Severity severity;
    std::string text;
  };
  std::string prefix() const { return zone_prefix(content_.apex(), content_.rr_class()); }

  const Content& content_;
  uint64_t total_ = 0;
  std::array<uint64_t, 5> errors_{};
  std::vector<Finding> findings_;
};

}  // namespace nomen::zone
