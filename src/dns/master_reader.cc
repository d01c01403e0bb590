#include "dns/master_reader.h"

#include <fmt/format.h>

#include <utility>

namespace nomen::dns {

MasterReader::MasterReader(const MasterFileOptions& options, const MasterTuning& tuning,
                           const ConsumeBatch& consume)
    : options_(options),
      tuning_(tuning),
      consume_(consume),
      buffers_(options.buffers != nullptr ? *options.buffers : own_buffers_),
      sink_(consume_),
      writer_(sink_, std::move(buffers_.batch)),
      parser_(options, *tuning.kernel, buffers_) {
  report_.limit = options.max_diagnostics;
}

MasterReader::~MasterReader() {
  buffers_.batch = writer_.take_batch();
  parser_.give_back(buffers_);
}

MasterFileSummary MasterReader::read(TextInput input, const std::string& name) {
  MasterState state;
  state.origin = options_.origin;
  state.default_ttl_s = options_.default_ttl_s;
  read_source(input, name, state);
  std::vector<std::string> included;
  included.reserve(included_.size());
  for (const auto& file : included_) included.push_back(std::move(*file));
  return {writer_.records() + pooled_records_, report_.errors, std::move(report_.diagnostics),
          std::move(included)};
}

/// `file` stays where it is until all has been read: batches point at it.
void MasterReader::read_source(TextInput input, const std::string& file, MasterState& state) {
  const bool is_large = options_.threads > 1 && input.size() >= tuning_.parallel_from;
  MasterSource source(input, *tuning_.kernel, tuning_.block_size, buffers_.texts);
  if (is_large) {
    read_parallel(source, file, state);
  } else {
    read_plain(source, file, state);
    while (auto block = source.next()) {
      read_here(*block, file, state);
      read_plain(source, file, state);
    }
  }
  report_end(source, file);
}

void MasterReader::read_here(const SourceBlock& block, const std::string& file, MasterState& state) {
  const auto request = parser_.parse(block.text, file, state, writer_, report_);
  writer_.flush();
  if (request) include(*request, state);
}

/// Most of a file is plain lines; as long as they last, nobody has to look where to cut them.
void MasterReader::read_plain(MasterSource& source, const std::string& file, MasterState& state) {
  for (;;) {
    const TextBlock lines = source.lines();
    if (lines.size == 0) return;
    const TextBlock rest = parser_.parse_plain(lines, file, state, writer_, report_);
    writer_.flush();
    source.go_on_at(rest);
    if (rest.size != 0) return;
  }
}

void MasterReader::read_parallel(MasterSource& source, const std::string& file, MasterState& state) {
  if (!pool_) pool_ = std::make_unique<BlockPool>(options_, *tuning_.kernel, options_.threads);
  // The first block tells the default TTL at the latest: it is read before anything is foreseen.
  if (auto first = source.next()) read_here(*first, file, state);
  MasterState foreseen = state;
  while (auto block = source.next()) {
    if (block->text.kind != BlockKind::kRecords) {
      while (pool_->size() != 0) deliver(state, foreseen);
      read_here(*block, file, state);
      foreseen = state;
      continue;
    }
    auto work = std::make_unique<BlockWork>();
    work->file = &file;
    work->entry = foreseen;
    parser_.foresee(block->text, block->directives, foreseen);
    work->block = std::move(*block);
    pool_->submit(std::move(work));
    if (pool_->size() >= pool_->capacity()) deliver(state, foreseen);
  }
  while (pool_->size() != 0) deliver(state, foreseen);
}

/// The oldest block, in its turn: what it read, or, when it began in a wrong state, what it is read as now.
void MasterReader::deliver(MasterState& state, MasterState& foreseen) {
  const std::unique_ptr<BlockWork> work = pool_->collect();
  if (state_was_foreseen(*work, state)) {
    for (RecordBatch& batch : work->batches) {
      pooled_records_ += batch.records.size();
      consume_(batch);
      pool_->recycle(std::move(batch));
    }
    report_.append(std::move(work->report));
    state = state_behind(*work, state);
  } else {
    if (foreseen.default_ttl_s == work->entry.default_ttl_s) foreseen.default_ttl_s = state.default_ttl_s;
    read_here(work->block, *work->file, state);
  }
  foreseen.owner = state.owner;
  foreseen.last_ttl_s = state.last_ttl_s;
  foreseen.rfc1035_warned = state.rfc1035_warned;
}

/// Origin and owner are the including file's again afterwards; TTLs stay as the included file leaves them.
void MasterReader::include(const IncludeRequest& request, MasterState& state) {
  const auto fail = [&](const std::string& text) {
    report_.add({Severity::kError, request.position, "$INCLUDE: " + text});
  };
  if (depth_ == kMaxIncludeDepth)
    return fail(fmt::format("files included more than {} deep", kMaxIncludeDepth));
  std::string path = request.path;
  if (!path.starts_with('/') && !options_.include_directory.empty())
    path = options_.include_directory + "/" + path;
  auto file = os::SequentialFile::open(path);
  if (!file) return fail(file.error().text);
  const Name origin = std::exchange(state.origin, request.origin);
  const std::optional<Name> owner = std::exchange(state.owner, std::nullopt);
  depth_++;
  read_source(TextInput(*file), *included_.emplace_back(std::make_unique<std::string>(path)), state);
  depth_--;
  state.origin = origin;
  state.owner = owner;
}

void MasterReader::report_end(const MasterSource& source, const std::string& file) {
  const uint32_t line = source.line() - 1;
  if (source.read_error()) report_.add({Severity::kError, {file, line, 0}, source.read_error()->text});
  if (source.gave_up()) {
    report_.add({Severity::kError,
                 {file, line, 0},
                 "too many records without an end; the rest of the file is not read"});
  }
  if (source.lacks_newline())
    report_.add({Severity::kWarning, {file, line, 0}, "file does not end with newline"});
}

}  // namespace nomen::dns
