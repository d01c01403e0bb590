// A content in a file as it is in memory, so that a huge zone answers moments after a restart. An image holds
// the nodes (node.h) one behind the other in canonical order of their owners, those of NSEC3 owners last, and
// nothing of versions gone by:
//
//   header: "NOMENIMG" | u32 format | u32 size of the header | u64 layout | u16 class | u8 size of the apex |
//           u8 0 | u32 serial | u64 octets of nodes | u64 nodes | u64 of them NSEC3 owners | apex | u32 size
//           of the note | note | u64 checksum of the header so far
//   nodes, in the machine's order, padded to 8 octets
//   u64 checksum of the nodes
//
// Numbers of the header are big-endian. `layout` tells how this program writes nodes: a build that writes
// them in another way, or a machine with another order of octets, refuses the file, and the zone is loaded
// from its source. The index is not in the file: its hashes are keyed by a secret of the process, and it is
// made anew in less time than the checksum would allow to hide. The file is read, not mapped: the nodes come
// to lie in huge pages, and a disk that fails or a file that is cut off is an error instead of a signal.
// docs/decisions/zone-image.md has the figures. An image is our own file: a checksum over all of it is
// checked before anything is believed, and every length is bounded; it is no place for bytes of strangers.
// Thread rule: pure functions but for the file; any thread.
#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "zone/content.h"

namespace nomen::zone {

/// Writes beside `path`, flushes to the disk and renames. `note` is the caller's: what he wants to know of
/// the zone when it comes back, such as the stamp of its file; at most kMaxNoteBytes (limits.h). Fails when
/// `stop` asks for it.
Result<void> write_image(const Content& content, std::string_view note, const std::string& path,
                         const std::stop_token& stop = {});

struct Image {
  ContentPtr content;
  std::string note;
};

/// The note alone, for whoever finds out by it that the rest is of no use.
Result<std::string> read_image_note(const std::string& path);

/// Fails when the file is damaged, of another layout, or of another zone; load from the source then.
Result<Image> read_image(const std::string& path, dns::NameView apex, dns::RRClass rr_class);

/// Fills its argument from the front; less only at the end.
using ReadBytes = std::function<Result<size_t>(MutableBytes)>;
/// The same from anywhere. `size` is what there is to read.
Result<Image> read_image_from(const ReadBytes& read, uint64_t size, dns::NameView apex,
                              dns::RRClass rr_class);

/// Tells how nodes lie in memory in this build: the checksum of a few nodes of every kind.
uint64_t node_layout();

}  // namespace nomen::zone
