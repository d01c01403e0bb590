// The part of the short way (plain_answer.h) that writes referrals: the cut's NS RRset and its glue.
// Thread rule: belongs to one worker.
#pragma once
#include "answer/plain_reply.h"

namespace nomen::answer {

/// Sends the memory reads on their way that put_plain_referral() will wait for in a large zone, for a
/// referral that stands in `query`: first those of the index, and later, when they have come, those of the
/// nodes.
void fetch_glue_lines(Query& query);
void fetch_glue_nodes(const Query& query);

/// Adds the referral that stands in `query`; false when it is not that simple, or too large.
[[gnu::noinline]] bool put_plain_referral(const Query& query, FastRandom& random, PlainReply& reply);

}  // namespace nomen::answer
