// Proofs of non-existence out of a pre-signed zone, for askers with DO: NSEC (RFC 4035 3.1.3) and NSEC3
// (RFC 5155 7.2, opt-out included).
// Thread rule: belongs to one worker.
#pragma once
#include <array>

#include "answer/response.h"
#include "dns/hashed_name.h"
#include "zone/content.h"
#include "zone/lookup.h"

namespace nomen::answer {

class Proofs {
 public:
  /// The content is signed. `name` is the name that was looked up in it.
  Proofs(const zone::Content& content, const dns::HashedName& name, Response& response)
      : content_(content), name_(name), response_(response) {}

  void name_error(const zone::Lookup& found);
  void no_data(const zone::Lookup& found);
  /// Beside the positive answer that a wildcard gave.
  void wildcard_answer(const zone::Lookup& found);
  /// For a referral without DS: the zone below is not signed.
  void no_ds(const zone::Lookup& referral);

 private:
  void add_nsec(zone::Ref ref);
  void add_node(zone::Ref ref, dns::RRType type);
  zone::Nsec3Hash hash_of_suffix(size_t labels) const;
  bool add_nsec3_matching(size_t labels);
  void add_nsec3_covering(const zone::Nsec3Hash& hash);
  /// Closest provable encloser at or above `labels`, and the cover of the next closer name (RFC 5155 7.2.1).
  /// Returns the labels of the provable encloser.
  size_t add_closest_encloser_proof(size_t labels);
  /// In a zone whose hashes are too dear: the NSEC3 of the apex, in the place of all that a proof needs.
  bool add_stand_in();
  dns::Name wildcard_of(size_t labels) const;

  static constexpr size_t kMostProofs = 4;
  const zone::Content& content_;
  const dns::HashedName& name_;
  Response& response_;
  std::array<zone::Ref, kMostProofs> added_{};
  size_t added_count_ = 0;
};

}  // namespace nomen::answer
