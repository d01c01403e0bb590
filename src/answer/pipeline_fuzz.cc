// Any bytes as a request, over UDP and TCP: the server never crashes, and what it says is a well-formed reply
// to just that request, no larger than it may be.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "answer/world_for_test.h"
#include "base/source_dir.h"

using namespace nomen;
using namespace nomen::answer;

namespace {

constexpr const char* kEverything = R"(
@ 300 SOA ns host 1 2 3 4 60
@ 300 NS ns
@ 300 NS ns.sub
@ 300 MX 10 mail
@ 300 MX 20 mail.signed.example.
@ 300 TXT "text" "more text"
ns 300 A 192.0.2.53
ns 300 AAAA 2001:db8::53
mail 60 A 192.0.2.25
Www 60 A 192.0.2.1
www 60 A 192.0.2.2
www 60 A 192.0.2.3
c 60 CNAME www
c2 60 CNAME c3
c3 60 CNAME c2
out 60 CNAME www.signed.example.
*.w 60 A 192.0.2.4
*.wc 60 CNAME x.wc
a.b.c.d.e 60 TXT deep
sub 60 NS ns.sub
sub 60 NS ns.elsewhere.
sub 60 DS 1 8 99 00
ns.sub 60 A 192.0.2.5
d 60 DNAME w
d2 60 DNAME g.d2
srv 60 SRV 1 2 3 ns
svc 60 SVCB 1 mail alpn=h2
big 60 TXT ( "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" )
)";

std::string many_records() {
  std::string text;
  for (int i = 0; i < 90; i++) {
    const std::string n = std::to_string(i);
    text += "many 60 A 10.0.0." + n + "\nmany 60 NS ns" + n + ".many\nns" + n +
            ".many 60 AAAA 2001:db8::" + n + "\nmx 60 MX 1 mail" + n + ".place.\n";
  }
  return text;
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(kSourceDir) + "/tests/data/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

World& world() {
  static World* const the_world = [] {
    auto* made = new World;
    made->server.version = "nomen";
    made->server.server_id = "fuzzed";
    made->zone("example.", kEverything + many_records());
    made->zone("signed.example.", file("signed-optout.zone"));
    made->zone("sub.sub.example.", "@ 60 SOA . . 1 2 3 4 5\n@ 60 NS .\n");
    made->add("broken.", nullptr);
    return made;
  }();
  return *the_world;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check(Bytes request, Bytes reply, Transport transport) {
  require(request.size() >= 12 && (request[2] & 0x80) == 0);
  const auto read = MessageReader(reply).read();
  require(read.has_value());
  const ReadMessage& message = *read;
  require(message.id == load_u16(request.data()));
  require((message.flags & 0x8000) != 0 && (message.flags & 0x0080) == 0);  // a response, and no recursion
  require((message.flags & 0x7900) == (load_u16(&request[2]) & 0x7900));    // opcode and RD as they came
  if (message.has_question) {
    require(request.size() >= 12 + message.question.size());
    require(equal(message.question, request.subspan(12, message.question.size())));
  }
  if (transport == Transport::kUdp) require(reply.size() <= (message.opt() != nullptr ? 1232U : 512U));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 4096) return 0;
  static const Snapshot snapshot = world().snapshot();
  const Transport transport = (data[0] & 1) != 0 ? Transport::kTcp : Transport::kUdp;
  const Bytes request(data + 1, size - 1);
  const std::vector<uint8_t> reply = world().exchange_with(snapshot, request, transport);
  if (!reply.empty()) check(request, reply, transport);
  return 0;
}
