// Any bytes as a message: nothing crashes, skipping a name goes where reading it goes, and what was read
// comes back the same from what MessageWriter makes of it.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "dns/compressed_name.h"
#include "dns/message_reader.h"
#include "dns/message_writer.h"
#include "dns/rdata.h"

using namespace nomen;
using namespace nomen::dns;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

struct Record {
  RecordEntry entry;
  std::vector<uint8_t> rdata;
};

struct Contents {
  Header header;
  std::vector<QuestionEntry> questions;
  std::vector<Record> records;
};

std::optional<Contents> read_all(Bytes message) {
  static RdataBuffer rdata;
  auto reader = MessageReader::open(message);
  if (!reader) return std::nullopt;
  Contents contents{.header = reader->header(), .questions = {}, .records = {}};
  for (size_t i = 0; i < reader->header().questions; i++) {
    if (!reader->read_question(contents.questions.emplace_back())) return std::nullopt;
  }
  RecordEntry entry;
  for (;;) {
    const auto more = reader->next(entry);
    if (!more) return std::nullopt;
    if (!*more) return contents;
    Name owner;
    size_t behind = entry.at;
    require(read_name(message, entry.at, owner).has_value() && equal(owner.bytes(), entry.owner.bytes()));
    require(skip_name(message, behind) && behind + kFixedRecordBytes == entry.rdata_at);
    if (!rdata_from_message(entry.type, entry.rr_class, message, entry.rdata_at, entry.rdata_size, rdata))
      return std::nullopt;
    contents.records.push_back({entry, {rdata.bytes().begin(), rdata.bytes().end()}});
  }
}

void require_same(const Contents& a, const Contents& b) {
  require(a.header.id == b.header.id && a.header.flags == b.header.flags);
  require(a.questions.size() == b.questions.size() && a.records.size() == b.records.size());
  for (size_t i = 0; i < a.questions.size(); i++) {
    require(equal(a.questions[i].name.bytes(), b.questions[i].name.bytes()));
    require(a.questions[i].type == b.questions[i].type && a.questions[i].rr_class == b.questions[i].rr_class);
  }
  for (size_t i = 0; i < a.records.size(); i++) {
    const RecordEntry& x = a.records[i].entry;
    const RecordEntry& y = b.records[i].entry;
    require(equal(x.owner.bytes(), y.owner.bytes()) && a.records[i].rdata == b.records[i].rdata);
    require(x.type == y.type && x.rr_class == y.rr_class && x.ttl_s == y.ttl_s && x.section == y.section);
  }
}

/// Writes as much as fits into `limit`; true when all did.
bool write_all(const Contents& contents, size_t limit, std::vector<uint8_t>& message) {
  static const auto writer = std::make_unique<MessageWriter>();
  std::vector<uint8_t> out(limit);
  writer->begin(out, limit, contents.header);
  bool is_whole = true;
  for (const QuestionEntry& question : contents.questions)
    is_whole &= writer->add_question(question.name, question.type, question.rr_class);
  for (const Record& record : contents.records) {
    const RecordEntry& entry = record.entry;
    is_whole &=
        writer->add_record(entry.section, entry.owner, entry.type, entry.rr_class, entry.ttl_s, record.rdata);
  }
  const Bytes written = writer->finish();
  message.assign(written.begin(), written.end());
  return is_whole;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto contents = read_all({data, size});
  if (!contents) return 0;
  std::vector<uint8_t> message;
  if (write_all(*contents, kMaxMessageBytes, message)) {
    const auto again = read_all(message);
    require(again.has_value());
    require_same(*contents, *again);
  }
  // Half the room: some records are left out, the rest is still a message.
  write_all(*contents, std::max(kHeaderBytes, message.size() / 2), message);
  require(read_all(message).has_value());
  return 0;
}
