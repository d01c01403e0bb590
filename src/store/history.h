// What can be said of a zone's history from the changes of its rows: several changes as one, a change undone,
// who changed a name, a change as text. For IXFR in condensed form (RFC 1995 5), `diff`, `rollback` and
// `blame`. Thread rule: pure functions over values.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/version_store.h"
#include "zone/change.h"

namespace nomen::store {

/// The one change that does what `changes` do one after the other: an RR that was removed and added again, or
/// added and removed again, is not in it. An RR whose TTL changed is removed with the old and added with the
/// new. The apex's SOA stands first in both lists; all else is in canonical order of owners, then by type.
zone::Change condense(std::span<const zone::Change> changes, dns::RRClass rr_class);

/// The change that undoes `change`. What a rollback publishes has to have a later serial, too: with_serial().
zone::Change invert(const zone::Change& change);

/// The change with the SOA that it adds at this serial; fails when it adds none.
Result<zone::Change> with_serial(const zone::Change& change, dns::Serial serial);

/// A version that touched a name, and what it did there.
struct Blame {
  dns::Serial from;
  dns::Serial to;
  int64_t time_us = 0;
  Actor actor;
  zone::Change change;  ///< only the RRs of the name
};
/// Those of `versions` that changed something at `name`, in their order.
std::vector<Blame> blame(std::span<const Version> versions, dns::NameView name);

/// A patch: a line for each RR in master file form, "-" in front of those that go and "+" of those that come;
/// SOAs first.
std::string to_patch(const zone::Change& change, dns::RRClass rr_class);

/// The change that such a text says. Lines that are empty or begin with ";" or "#" are left out; errors name
/// the line.
Result<zone::Change> parse_patch(std::string_view text, dns::NameView apex, dns::RRClass rr_class);

}  // namespace nomen::store
