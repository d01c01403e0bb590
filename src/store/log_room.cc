#include "store/log_room.h"

#include "base/os/journal_file.h"
#include "store/limits.h"

namespace nomen::store {

namespace {

constexpr uint64_t kLogHeaderBytes = 32;
constexpr uint64_t kFrameBytes = 24 + 4096;

constexpr uint64_t bytes_of(int pages) {
  return kLogHeaderBytes + static_cast<uint64_t>(pages) * kFrameBytes;
}

}  // namespace

void LogRoom::keep_ahead_of(int pages) {
  // A log beyond that waits for a reader; it is written over from its begin afterwards.
  if (is_full_ || pages < kFirstRoomPages || pages > kCheckpointPages) return;
  if (bytes_ >= bytes_of(pages + kRoomPages / 2)) return;
  auto file = os::JournalFile::open(path_);
  if (file && file->size() < bytes_of(pages + kRoomPages)) {
    const uint64_t more = bytes_of(pages + kRoomPages) - file->size();
    is_full_ = !file->append(std::string(more, '\0'));
  }
  is_full_ = is_full_ || !file;
  if (file) bytes_ = file->size();
}

}  // namespace nomen::store
