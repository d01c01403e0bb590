// How fast a zone goes out and comes in, without a network: an AXFR of a master file, written to one message
// buffer again and again, and the same messages fed to a client.
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
  return 0;
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
