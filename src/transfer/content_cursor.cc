#include "transfer/content_cursor.h"

namespace nomen::transfer {

ContentCursor::ContentCursor(const zone::Content& content) : content_(&content) {
  next_set();
}

/// Moves on to the next node; false when there is none.
bool ContentCursor::next_node() {
  while (refs_left_ == 0) {
    if (coming_count_ == 0 && next_piece_ >= content_->piece_count()) return false;
    refs_ = coming_;
    refs_left_ = coming_count_;
    coming_count_ = next_piece_ < content_->piece_count() ? content_->piece(next_piece_++, coming_) : 0;
    for (size_t i = 0; i < coming_count_; i++) content_->prefetch(coming_[i]);
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
