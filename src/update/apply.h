// The update section at work (RFC 2136 3.4.2): from a version and a request to the Change that the request
// makes of it, by all the special rules for SOA, NS, CNAME, DS and what belongs to a signer. Nothing is
// changed here: the result is a value, and all or nothing of it comes about. Thread rule: pure functions over
// constant data.
#pragma once
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "update/request.h"
#include "update/update_policy.h"
#include "zone/change.h"
#include "zone/check.h"
#include "zone/content.h"
#include "zone/limits.h"

namespace nomen::update {

/// A line for the log category "update", without "updating zone 'x/IN': " in front: BIND's words.
struct UpdateNote {
  Severity severity = Severity::kNote;
  std::string text;  ///< "adding an RR at 'a.example' A 192.0.2.1"
};

/// Where notes go, at most kMostNotes an update. Making the texts costs more than the update itself: where
/// nobody reads them, there is no list.
using UpdateNotes = std::vector<UpdateNote>;

struct ApplySettings {
  zone::ContentLimits limits;
  zone::CheckOptions checks;  ///< of a primary zone: names, wildcard, integrity, mx_addresses are looked at
};

/// What names and addresses must look like (check-names): REFUSED for what the zone's file may not have
/// either.
std::optional<Refusal> check_new_records(const UpdateRequest& request, const zone::CheckOptions& checks,
                                         UpdateNotes* notes);

struct AppliedUpdate {
  zone::Change change;       ///< empty when all that was asked for is so already, or was ignored
  bool sets_serial = false;  ///< the change has an SOA with a later serial
  bool adds_mx = false;      ///< check_mail_exchangers() has something to look at
};

/// The change that `request` makes of `content`, whose zone it names; prescan() and check_prerequisites() are
/// done. An SOA must have a later serial than `content` has and than `before`, the one of the version whose
/// successor all of this becomes: two long steps would lead around to where the zone comes from. `grants` has
/// the rule of update-policy that allowed each record of the update section, nullptr for one without; or it
/// is empty. `notes` may be nullptr. Refused: SERVFAIL when a limit is reached, REFUSED when all keys of a
/// signed zone are taken away, SERVFAIL when the zone is signed, because there is nobody to sign what is new
/// (RFC 3007 4.3).
std::expected<AppliedUpdate, Refusal> apply_update(const zone::Content& content, dns::Serial before,
                                                   const UpdateRequest& request,
                                                   const ApplySettings& settings,
                                                   std::span<const PolicyRule* const> grants,
                                                   UpdateNotes* notes);

/// check-integrity and check-mx for the MX records that `change` has added to make `content`: REFUSED when a
/// name in the zone has no address.
std::optional<Refusal> check_mail_exchangers(const zone::Content& content, const zone::Change& change,
                                             const zone::CheckOptions& checks, UpdateNotes* notes);

}  // namespace nomen::update
