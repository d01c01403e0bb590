// What the control channel bounds, and why.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::control {

/// The largest request a server reads, as BIND's named: a command with a zone's configuration fits well.
inline constexpr size_t kMaxRequestBytes = 32768;
/// The largest reply a client reads, as BIND's rndc; a server gives a failure in place of a larger one.
inline constexpr size_t kMaxReplyBytes = 1024 * 1024;
/// Tables within tables; the protocol needs two.
inline constexpr int kMaxTableDepth = 8;
/// Entries of all tables of one message together; the protocol needs about a dozen.
inline constexpr size_t kMaxTableEntries = 256;

/// How far the clocks of the two sides may be apart, as in BIND.
inline constexpr uint32_t kClockWindow_s = 300;
/// How long a client says that its message is good for, as BIND's rndc.
inline constexpr uint32_t kMessageLifetime_s = 60;
/// Serials that are remembered against replays; only holders of a key can fill this.
inline constexpr size_t kMaxRememberedSerials = 65536;

/// Connections to one control channel at a time; one more is closed at once.
inline constexpr size_t kMaxControlConnections = 32;
/// A connection that says nothing for so long is closed, as in BIND.
inline constexpr int kControlIdleTimeout_ms = 60000;
/// How long a stopping server tries to write the replies that are under way.
inline constexpr int kControlFlushTimeout_ms = 1000;

}  // namespace nomen::control
