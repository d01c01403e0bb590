// The bounds of net/, each with its reason.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::net {

/// Datagrams per recvmmsg: the cost of the system call is gone at 64, and the batch still fits the first
/// cache.
inline constexpr uint32_t kUdpBatch = 64;
/// The largest request and the largest reply over UDP; edns-udp-size and max-udp-size end at 4096.
inline constexpr uint32_t kDatagramBytes = 4096;
/// Room before and after each datagram, for parsers and copies that work in whole vectors.
inline constexpr uint32_t kSlackBytes = 64;
/// After a batch of at least so many it pays to look for the next one at once rather than to go through
/// epoll: on a busy socket it is there, and on another the vain look is spread over the batch.
inline constexpr uint32_t kBusyBatch = 8;
/// Late replies that one sendmmsg takes: of the updates that are under way, which are seldom more.
inline constexpr size_t kLateParts = 256;
/// Replies that leave as one datagram, to be cut by the kernel, have at most so many octets together: an IP
/// packet has 65,535 with its headers.
inline constexpr size_t kJoinedBytes = 65000;
/// Batches one UDP socket may take before the other sockets of the loop have their turn.
inline constexpr uint32_t kBatchesPerTurn = 8;
/// After so many replies in a row that the socket would not take, the rest of the batch is dropped:
/// the send queue is full, and waiting for it would stop the worker.
inline constexpr uint32_t kSendFailuresInARow = 4;

/// What one epoll_wait may report.
inline constexpr uint32_t kEventsPerWait = 128;

/// A message over a stream: two octets of length, so many octets of body (RFC 1035 4.2.2).
inline constexpr size_t kPrefixBytes = 2;
inline constexpr size_t kLargestMessage = 65535;
/// One read of a stream: some thousand pipelined queries.
inline constexpr size_t kStreamReadBytes = 65536;
/// Replies of a connection are handed to the kernel when so many octets have been collected, or at the end of
/// its turn.
inline constexpr size_t kFlushBytes = 65536;
/// A connection whose client has left so much unread is not read any more (and is not writable()).
inline constexpr size_t kHighWaterBytes = 256 * 1024;
/// It is read again, and on_drained comes, when no more than this is left.
inline constexpr size_t kLowWaterBytes = 64 * 1024;
/// What a producer may send in one turn, so that one zone transfer does not hold up every other client.
inline constexpr size_t kTurnBytes = 256 * 1024;
/// The client of a blocked connection must take so much (or all there is) in each write timeout.
inline constexpr size_t kLeastDrainBytes = 16 * 1024;
/// Answers a connection may owe (Connection::hold) before its further messages wait.
inline constexpr uint32_t kHoldsPerConnection = 64;
/// How many connections are looked at, least recently active first, to find an idle one that gives way.
inline constexpr uint32_t kEvictionLooks = 16;
/// Connections accepted from one socket before the others have their turn.
inline constexpr uint32_t kAcceptsPerTurn = 64;
/// A worker to which so many clients come in a millisecond is busy with them (see lookout.h).
inline constexpr uint32_t kBusyOpenings = 8;
/// How long a busy worker looks at a connection for its first query, and for its end after the answer, before
/// epoll watches it, and its pause after a vain look when nothing else happens: two or three clients come
/// meanwhile.
inline constexpr uint64_t kPatienceMs = 3;
inline constexpr uint32_t kLookoutPauseUs = 200;
/// How often another worker looks, without a pause.
inline constexpr uint8_t kLooksWithoutPause = 3;
/// After so many silent clients more than others, connections go to epoll at once,
inline constexpr uint32_t kMostTrust = 16;
/// but for one of so many, which shows whether clients have changed.
inline constexpr uint32_t kTurnedAwayInARow = 16;
/// How long a listener rests when there is no room for a further client (quota, file descriptors).
inline constexpr uint32_t kAcceptPauseMs = 50;
/// When there is no room, a connection that has been idle for this long gives way to a new one.
inline constexpr uint32_t kIdleBeforeEvictionMs = 1000;

}  // namespace nomen::net
