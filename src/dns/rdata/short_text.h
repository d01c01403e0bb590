// The short way from text to wire for the types that fill most zones. Thread rule: free functions.
#pragma once
#include <span>

#include "dns/rdata.h"

namespace nomen::dns {

/// Reads well-formed, ordinary text of A, AAAA and of types that are one name or a number and a name into the
/// cleared `out`. False for every other type and for anything out of the ordinary, errors included: then the
/// table's way reads it again and knows what to say.
bool short_rdata_from_text(RRType type, RRClass rr_class, std::span<const TextToken> tokens, NameView origin,
                           RdataBuffer& out);

}  // namespace nomen::dns
