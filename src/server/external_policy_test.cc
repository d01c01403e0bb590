#include "server/external_policy.h"

#include <gtest/gtest.h>

namespace nomen::server {
namespace {

dns::Name parsed_name(std::string_view text) {
  return *dns::Name::parse(text);
}

TEST(ExternalPolicy, TheQuestionIsInBindsForm) {
  update::Requester requester;
  requester.key = parsed_name("k.test.");
  requester.address = {192, 0, 2, 7};
  requester.address_size = 4;
  const auto message =
      external_question(requester, parsed_name("Host.example."), dns::RRType::kAaaa, "k.test/163/1");
  using namespace std::string_view_literals;
  const std::string_view text = as_text(Bytes(message));
  EXPECT_EQ(text.substr(0, 7), "\0\0\0\1\0\0\0"sv);
  EXPECT_EQ(static_cast<size_t>(message[7]), message.size());
  EXPECT_EQ(text.substr(8), "k.test\0Host.example\000192.0.2.7\0AAAA\0k.test/163/1\0\0\0\0\0"sv);
}

TEST(ExternalPolicy, AKeyIsNamedWithItsAlgorithmAndTag) {
  dns::TsigKey key;
  key.name = parsed_name("k.test.");
  key.secret = {1, 2, 3};
  // 0x0200 + 0x03a3 + 0x0102 + 0x0300
  EXPECT_EQ(external_key_text(key), "k.test/163/" + std::to_string(0x0200 + 0x03a3 + 0x0102 + 0x0300));
}

TEST(ExternalPolicy, TheSocketIsThePathOfTheIdentity) {
  EXPECT_EQ(external_socket(parsed_name("local:/run/auth.sock")), "/run/auth.sock");
  EXPECT_EQ(external_socket(parsed_name("other:/run/auth.sock")), "");
}

TEST(ExternalPolicy, WhereNobodyListensNothingIsGranted) {
  auto loop = *net::EventLoop::create();
  ExternalPolicy policy(*loop);
  std::optional<std::vector<bool>> granted;
  ASSERT_TRUE(
      policy.ask({{"/nonexistent/a", {1}}, {"", {1}}}, [&](const std::vector<bool>& all) { granted = all; }));
  EXPECT_FALSE(granted);
  for (int i = 0; i < 10 && !granted; i++) loop->poll_once(0);
  ASSERT_TRUE(granted);
  EXPECT_EQ(*granted, (std::vector<bool>{false, false}));
}

}  // namespace
}  // namespace nomen::server
