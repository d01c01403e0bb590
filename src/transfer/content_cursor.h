// A walk over all RRs of a content that stops and goes on at any RR: what an AXFR is filled from. Nodes come
// piece by piece of the zone's index, which costs nothing to begin; the memory of those that come next is
// fetched ahead. Pieces are taken at a stride: in the order of the index itself, a table of the same hashes
// that is filled from the walk would grow lopsided, each entry crowding the one before. The apex's SOA is
// left out, as it stands at both ends of a transfer.
// Thread rule: belongs to one thread; the content outlives it.
#pragma once
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "dns/types.h"
#include "zone/content.h"

namespace nomen::transfer {

class ContentCursor {
 public:
  ContentCursor() = default;  ///< at its end
  explicit ContentCursor(const zone::Content& content);

  bool at_end() const { return rrs_left_ == 0; }
  /// Of the present RR, until advance().
  Bytes labels() const { return node_.labels(); }  ///< the owner's labels below the apex
  dns::RRType type() const { return set_.type(); }
  uint32_t ttl_s() const { return set_.ttl_s(); }
  Bytes rdata() const { return {rr_ + 2, load_u16(rr_)}; }
  /// Changes with every node: two RRs of one number have one owner.
  uint64_t owner_number() const { return owner_number_; }

  void advance() {
    rr_ += 2 + load_u16(rr_);
    if (--rrs_left_ == 0) next_set();
  }

 private:
  using Piece = std::array<zone::Ref, zone::Content::kPieceNodes>;

  void next_set();
  bool next_node();
  void fetch_piece();

  const zone::Content* content_ = nullptr;
  Piece refs_{};
  Piece coming_{};  ///< of the next piece
  size_t refs_left_ = 0;
  size_t coming_count_ = 0;
  size_t pieces_left_ = 0;  ///< behind `coming_`
  size_t next_piece_ = 0;   ///< the number of the first of them
  size_t stride_ = 1;       ///< has no divisor in common with the number of pieces
  zone::NodeView node_;
  zone::RRsetView set_;
  const uint8_t* next_set_ = nullptr;
  size_t sets_left_ = 0;
  const uint8_t* rr_ = nullptr;
  size_t rrs_left_ = 0;
  uint64_t owner_number_ = 0;
};

}  // namespace nomen::transfer
