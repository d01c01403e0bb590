// The one table of RR types (IANA registry "Resource Record (RR) TYPEs", obsolete ones included). A row lists
// the fields of the rdata; wire, text, canonical form, compression and checks all follow from the row
// (rdata.h). Adding a type is one row here and one test vector; the few odd ones (LOC, APL, SVCB, NAPTR ...)
// name a field kind of their own whose code stands in a file of its own.
// Thread rule: constant data.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "dns/types.h"

namespace nomen::dns {

/// What one field of an rdata is; how it is read and written follows from it. rr_fields.h has the code.
enum class FieldKind : uint8_t;

struct RRTypeRow {
  RRType type;
  std::string_view mnemonic;
  std::span<const FieldKind> fields;
  bool is_meta = false;             ///< stands in questions or messages only, never in a zone
  bool is_singleton = false;        ///< at most one RR in an RRset (SOA, CNAME, DNAME)
  bool is_class_in_only = false;    ///< the fields are those of class IN (A, AAAA, WKS, SRV, APL, ...)
  bool compresses_names = false;    ///< RFC 1035 types: names may be sent compressed (RFC 3597 4)
  bool lowers_names = false;        ///< names are lower case in canonical form (RFC 4034 6.2)
  bool accepts_compressed = false;  ///< names may come compressed from others (RFC 3597 4)
};

/// The row of `type`, or nullptr for a type that the table does not know (RFC 3597 treats it as opaque).
const RRTypeRow* find_row(RRType type);
std::span<const RRTypeRow> all_rows();
/// The row with this mnemonic in any case, or nullptr. Fast: one hash, one comparison.
const RRTypeRow* find_row(std::string_view mnemonic);

}  // namespace nomen::dns
