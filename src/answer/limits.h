// Limits of answering, with the reasons.
#pragma once
#include <cstddef>
#include <cstdint>

namespace nomen::answer {

inline constexpr size_t kBatch = 64;               ///< questions looked up together; net/ receives as many
inline constexpr uint16_t kQr = 0x8000;            ///< the header's bit of responses (RFC 1035 4.1.1)
inline constexpr size_t kPlainUdpBytes = 512;      ///< RFC 1035 4.2.1
inline constexpr size_t kMaxMessageBytes = 65535;  ///< RFC 1035 4.2.2
inline constexpr unsigned kMaxChainLinks =
    11;  ///< CNAMEs and DNAMEs one answer follows (BIND's max-query-restarts)
inline constexpr unsigned kMaxAdditionalNames = 64;  ///< names whose addresses are added to one answer
inline constexpr uint32_t kCookiePastS = 3600;       ///< RFC 9018 4.3
inline constexpr uint32_t kCookieFutureS = 300;      ///< RFC 9018 4.3
inline constexpr size_t kShuffledRRs = 64;           ///< an RRset above this is rotated rather than shuffled

inline constexpr uint16_t kDefaultUdpSize =
    1232;                                    ///< in our OPT where no view says another (DNS flag day 2020)
inline constexpr size_t kMaxNotedSets = 32;  ///< RRsets of an answer that are not given a second time
inline constexpr size_t kMostServers =
    16;  ///< an NS RRset of more is written without what is known beforehand
inline constexpr size_t kHeaderBytes = 12;        ///< of every message (RFC 1035 4.1.1)
inline constexpr uint16_t kAa = 0x0400;           ///< the header's bit of authoritative answers
inline constexpr uint16_t kTc = 0x0200;           ///< the header's bit of truncation
inline constexpr uint16_t kEchoedFlags = 0x7910;  ///< opcode, RD and CD come back as they came
inline constexpr uint16_t kPointer = 0xC000;      ///< of a compressed name (RFC 1035 4.1.4)
inline constexpr size_t kPointedHeadBytes = 10;   ///< of an RR whose owner is a pointer, up to its length
inline constexpr size_t kOwnerAndHeadBytes = 12;  ///< the same with the length
inline constexpr size_t kCopyStep = 32;           ///< short pieces are copied whole, into room that is there
inline constexpr size_t kOptBytes = 11;           ///< our OPT without options (RFC 6891 6.1.2)
inline constexpr size_t kZonesInCache = 256;      ///< a table of more zones is worth fetching ahead

}  // namespace nomen::answer
