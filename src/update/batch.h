// Many updates on one zone in one go: each is all or nothing, each sees those before it, and together they
// make one next version, which is logged and published once (group commit). The way of one update is that of
// BIND: policy and prescan, prerequisites (RFC 2136 3.2), then the update section (3.4), then the serial
// (3.6). Thread rule: belongs to one thread; what finish() gives may be read by all.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "update/apply.h"
#include "update/serial.h"
#include "update/update_policy.h"
#include "zone/content_writer.h"

namespace nomen::update {

/// How a zone takes updates. Constant while it is used.
struct UpdateSettings {
  ApplySettings apply;
  SerialMethod serial_method = SerialMethod::kIncrement;
  const UpdatePolicy* policy = nullptr;  ///< nullptr: whoever got this far (allow-update) may do anything
};

/// What one update came to.
struct UpdateOutcome {
  dns::Rcode rcode = dns::Rcode::kNoError;
  bool changed = false;  ///< the answer waits until the version is durable
  std::string reason;    ///< for rcode: "update unsuccessful: ... (NXRRSET)", for the log
};

class UpdateBatch {
 public:
  /// `base` is the version that is changed; `settings` outlives the batch.
  UpdateBatch(zone::ContentPtr base, const UpdateSettings& settings, uint64_t now_s);

  /// Makes one update, or says why not; a refused one leaves nothing behind. `request` names this zone (or
  /// NOTAUTH is the answer). `notes` may be nullptr.
  UpdateOutcome add(const UpdateRequest& request, const Requester& requester, UpdateNotes* notes);

  /// The state so far: to look things up in until the next add().
  const zone::Content& draft() const { return writer_.draft(); }

  struct Result {
    /// The next version, or `base` when nothing changed.
    zone::ContentPtr content;
    /// What leads there in one step, the SOA too; empty when nothing changed. Removed RRs have the TTL that
    /// they had: what the version log keeps and IXFR sends.
    zone::Change change;
  };
  /// The batch is spent.
  Result finish();

 private:
  std::expected<AppliedUpdate, Refusal> make(const UpdateRequest& request, const Requester& requester,
                                             UpdateNotes* notes);
  void apply(const zone::Change& change);
  void raise_serial();
  void touch(dns::NameView owner);
  std::vector<dns::NameView> touched() const;

  zone::ContentPtr base_;
  const UpdateSettings& settings_;
  uint64_t now_s_;
  zone::ContentWriter writer_;
  /// The owners of what was changed, some of them more than once.
  struct Touched {
    uint64_t hash;
    size_t at;  ///< in touched_names_
    uint8_t size;
  };
  std::vector<Touched> touched_;
  std::vector<uint8_t> touched_names_;
  bool changed_ = false;
  bool serial_is_due_ = false;  ///< something changed since the serial was last raised
};

}  // namespace nomen::update
