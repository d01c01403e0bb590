#include "transfer/content_cursor.h"

#include <numeric>

namespace nomen::transfer {

ContentCursor::ContentCursor(const zone::Content& content)
    : content_(&content), pieces_left_(content.piece_count()) {
  // Near the golden section: pieces taken one after the other are far apart, and all are taken.
  stride_ = static_cast<size_t>(static_cast<double>(pieces_left_) * 0.618) + 1;
  while (std::gcd(stride_, pieces_left_) != 1) stride_++;
  next_set();
}

/// Finds the nodes of the piece after the present one and fetches their memory.
void ContentCursor::fetch_piece() {
  coming_count_ = 0;
  if (pieces_left_ == 0) return;
  coming_count_ = content_->piece(next_piece_, coming_);
  for (size_t i = 0; i < coming_count_; i++) content_->prefetch(coming_[i]);
  next_piece_ = (next_piece_ + stride_) % content_->piece_count();
  pieces_left_--;
}

/// Moves on to the next node; false when there is none.
bool ContentCursor::next_node() {
  while (refs_left_ == 0) {
    if (coming_count_ == 0 && pieces_left_ == 0) return false;
    refs_ = coming_;
    refs_left_ = coming_count_;
    fetch_piece();
  }
  node_ = content_->node(refs_[--refs_left_]);
  next_set_ = node_.first_rrset();
  sets_left_ = node_.rrset_count();
  owner_number_++;
  return true;
}

void ContentCursor::next_set() {
  rrs_left_ = 0;
  while (rrs_left_ == 0) {
    while (sets_left_ == 0) {
      if (!next_node()) return;
    }
    sets_left_--;
    set_ = zone::RRsetView(next_set_);
    next_set_ = set_.end();
    if (set_.type() == dns::RRType::kSoa && node_.has(zone::NodeView::kApex)) continue;
    rrs_left_ = set_.count();
    rr_ = set_.data().data();
  }
}

}  // namespace nomen::transfer
