// A reply of answer_plainly() in the making: what has been written behind the question, and how far it may
// go. Thread rule: belongs to one worker.
#pragma once
#include <cstdint>

#include "answer/query.h"
#include "answer/record_writing.h"
#include "base/bytes.h"
#include "base/random.h"

namespace nomen::answer {

struct PlainReply {
  /// One of the counts of the header, whose four are one number.
  static constexpr uint64_t kQuestion = uint64_t{1} << 48;
  static constexpr uint64_t kAnswer = uint64_t{1} << 32;
  static constexpr uint64_t kAuthority = uint64_t{1} << 16;
  static constexpr uint64_t kAdditional = 1;

  MutableBytes out;
  size_t at;   ///< where the next record goes
  size_t end;  ///< records end here at the latest
  uint16_t rr_class;
  uint16_t flags = 0;  ///< AA and the rcode
  uint64_t counts = kQuestion;

  /// One RR that goes out as it is, behind a pointer as owner. False: no room.
  bool put(uint16_t owner, zone::RRsetView set) {
    const Bytes data = set.data();
    const size_t next = at + kPointedHeadBytes + data.size();
    if (next > end) return false;
    copy_in_steps(put_head(out.data() + at, owner, set.type(), rr_class, set.ttl_s()), data, out);
    at = next;
    return true;
  }
};

/// A pointer to the suffix of `labels` labels of the question's name.
inline uint16_t pointer_to_suffix(const Question& question, size_t labels) {
  return static_cast<uint16_t>(kPointer | (kHeaderBytes + question.name.suffix_at[labels]));
}

}  // namespace nomen::answer
