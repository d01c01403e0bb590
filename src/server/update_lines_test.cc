#include "server/update_lines.h"

#include <gtest/gtest.h>

namespace nomen::server {
namespace {

class Lines : public LogSink {
 public:
  Lines() { set_log_sink(this); }
  ~Lines() override { set_log_sink(nullptr); }
  bool wants(LogCategory, LogSeverity, int) const override { return true; }
  void write(LogCategory category, LogSeverity severity, int, std::string_view,
             std::string_view text) override {
    EXPECT_EQ(category, LogCategory::kUpdate);
    lines.push_back(std::string(to_string(severity)) + " " + std::string(text));
  }
  std::vector<std::string> lines;
};

ForwardedUpdate from(const char* peer, const char* view, const char* key = nullptr) {
  ForwardedUpdate update;
  update.reply.peer = *net::SocketAddress::parse(peer);
  update.place.view = view;
  if (key != nullptr) update.requester.key = *dns::Name::parse(key);
  return update;
}

TEST(UpdateLines, EachIsOfItsOwnClient) {
  Lines log;
  UpdateLines lines("example/IN");
  const ForwardedUpdate one = from("192.0.2.1#1000", "_default");
  const ForwardedUpdate again = from("192.0.2.1#1000", "_default");
  const ForwardedUpdate other_port = from("192.0.2.1#1001", "_default");
  const ForwardedUpdate other_view = from("192.0.2.1#1001", "inside");
  const ForwardedUpdate with_key = from("192.0.2.1#1001", "inside", "k.example");
  for (const ForwardedUpdate* update : {&one, &again, &other_port, &other_view, &with_key})
    lines.write(*update, {{Severity::kNote, "text"}}, {});
  const std::vector<std::string> expected = {
      "info client 192.0.2.1#1000: updating zone 'example/IN': text",
      "info client 192.0.2.1#1000: updating zone 'example/IN': text",
      "info client 192.0.2.1#1001: updating zone 'example/IN': text",
      "info client 192.0.2.1#1001: view inside: updating zone 'example/IN': text",
      "info client 192.0.2.1#1001/key k.example: view inside: updating zone 'example/IN': text"};
  EXPECT_EQ(log.lines, expected);
}

TEST(UpdateLines, NotesComeBeforeTheReason) {
  Lines log;
  UpdateLines lines("example/IN");
  lines.write(from("192.0.2.1#1000", "_default"), {{Severity::kNote, "one"}, {Severity::kError, "two"}},
              {dns::Rcode::kRefused, false, "update failed: three (REFUSED)"});
  const std::vector<std::string> expected = {
      "info client 192.0.2.1#1000: updating zone 'example/IN': one",
      "error client 192.0.2.1#1000: updating zone 'example/IN': two",
      "info client 192.0.2.1#1000: updating zone 'example/IN': update failed: three (REFUSED)"};
  EXPECT_EQ(log.lines, expected);
}

TEST(ClientsOfUpdates, AreTheSameByKeyOrByAddress) {
  const ForwardedUpdate plain = from("192.0.2.1#1", "_default");
  EXPECT_TRUE(has_same_client(plain, from("192.0.2.1#2", "_default")));
  EXPECT_FALSE(has_same_client(plain, from("192.0.2.2#1", "_default")));
  const ForwardedUpdate keyed = from("192.0.2.1#1", "_default", "k");
  EXPECT_FALSE(has_same_client(plain, keyed));
  EXPECT_TRUE(has_same_client(keyed, from("192.0.2.9#1", "_default", "k")));
  EXPECT_FALSE(has_same_client(keyed, from("192.0.2.1#1", "_default", "l")));
}

}  // namespace
}  // namespace nomen::server
