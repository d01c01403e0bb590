// How fast a zone goes out and comes in, without a network: an AXFR of a master file, written to one message
// buffer again and again, and the same messages fed to a client; then an IXFR of ten records.
//
//   bench_transfer_out FILE ORIGIN [ROUNDS [MESSAGE-BYTES]]
//
// Prints one JSON object a round. To be run on one core (taskset -c 0).
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "transfer/incoming_transfer.h"
#include "transfer/outgoing_transfer.h"
#include "zone/load.h"

namespace nomen::transfer {
namespace {

double now_ns() {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

IncomingOptions client_of(const zone::Content& content) {
  IncomingOptions options;
  options.zone = dns::Name(content.apex());
  options.rr_class = content.rr_class();
  options.id = 1;
  return options;
}

/// The step to a version with ten names more.
IxfrStep ten_more(const zone::Content& content) {
  auto change = std::make_shared<zone::Change>();
  const Bytes soa = content.apex_node().find(dns::RRType::kSoa).first_rdata();
  std::vector<uint8_t> newer(soa.begin(), soa.end());
  const dns::Serial to{content.serial().value + 1};
  store_u32(newer.data() + newer.size() - 20, to.value);
  change->removed.add(content.apex(), dns::RRType::kSoa, 3600, soa);
  change->added.add(content.apex(), dns::RRType::kSoa, 3600, newer);
  const uint8_t address[4] = {192, 0, 2, 1};
  for (int i = 0; i < 10; i++) {
    const std::string label = "a-new-name-" + std::to_string(i);
    change->added.add(*dns::Name(content.apex()).with_label(as_bytes(label)), dns::RRType::kA, 60, address);
  }
  return {content.serial(), to, std::move(change)};
}

/// An IXFR of ten records into the zone, from the query to the new version.
int run_ixfr(const zone::ContentPtr& content) {
  const IxfrStep step = ten_more(*content);
  zone::ContentWriter writer(*content, {});
  if (!writer.apply(*step.change)) return 1;
  Diagnostics diagnostics;
  const zone::ContentPtr newest = writer.finish(diagnostics);
  std::vector<uint8_t> out(kMaxMessageBytes);
  dns::TsigSession session;
  for (int round = 0; round < 3; round++) {
    const double before = now_ns();
    IncomingOptions options = client_of(*content);
    options.current = content;
    IncomingTransfer client(options);
    const size_t size = client.request(out, session, nullptr, 0);
    const auto request = read_transfer_request(Bytes(out).first(size));
    auto transfer = OutgoingTransfer::ixfr(*request, newest, {step}, {});
    const size_t bytes = transfer.next(out, nullptr, 0);
    if (client.feed(Bytes(out).first(bytes), nullptr, 0) != Progress::kDone) return 1;
    const Received received = client.take();
    const double after = now_ns();
    std::printf("{\"ixfr_records\": %lu, \"ixfr_us\": %.1f}\n", transfer.totals().records,
                (after - before) / 1e3);
  }
  return 0;
}

int run(const char* file, const char* origin, int rounds, size_t message_bytes) {
  zone::LoadRequest load;
  load.path = file;
  load.apex = *dns::Name::parse(origin);
  load.limits = {};
  const zone::LoadResult loaded = zone::load_zone(load);
  if (loaded.content == nullptr) {
    std::fprintf(stderr, "cannot load %s\n", file);
    return 1;
  }
  std::vector<uint8_t> out(kMaxMessageBytes);
  std::vector<uint8_t> query(1024);
  OutgoingOptions options;
  options.message_bytes = message_bytes;
  for (int round = 0; round < rounds; round++) {
    IncomingTransfer client(client_of(*loaded.content));
    dns::TsigSession session;
    const size_t size = client.request(query, session, nullptr, 0);
    const auto request = read_transfer_request(Bytes(query).first(size));
    double out_ns = 0;
    double in_ns = 0;
    double first_ns = 0;
    double before = now_ns();
    auto transfer = OutgoingTransfer::axfr(*request, loaded.content, options);
    for (;;) {
      const size_t bytes = transfer.next(out, nullptr, 0);
      const double between = now_ns();
      if (first_ns == 0) first_ns = between - before;
      out_ns += between - before;
      if (bytes == 0) break;
      if (client.feed(Bytes(out).first(bytes), nullptr, 0) == Progress::kFailed) {
        std::fprintf(stderr, "%s\n", client.reason().c_str());
        return 1;
      }
      before = now_ns();
      in_ns += before - between;
    }
    const auto records = static_cast<double>(transfer.totals().records);
    std::printf(
        "{\"records\": %.0f, \"messages\": %lu, \"bytes\": %lu, \"first_message_us\": %.1f, \"out_s\": %.4f, "
        "\"out_ns_per_record\": %.1f, \"in_s\": %.4f, \"in_ns_per_record\": %.1f}\n",
        records, transfer.totals().messages, transfer.totals().bytes, first_ns / 1e3, out_ns / 1e9,
        out_ns / records, in_ns / 1e9, in_ns / records);
  }
  return run_ixfr(loaded.content);
}

}  // namespace
}  // namespace nomen::transfer

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_transfer_out FILE ORIGIN [ROUNDS [MESSAGE-BYTES]]\n");
    return 2;
  }
  return nomen::transfer::run(
      argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 5,
      argc > 4 ? static_cast<size_t>(std::atol(argv[4])) : nomen::transfer::kDefaultMessageBytes);
}
