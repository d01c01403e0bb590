#include "control/rndc_session.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "control/commands.h"
#include "control/rndc_exchange.h"
#include "control/test_operations.h"

namespace nomen::control {
namespace {

constexpr uint32_t kNow = 1795217649;
constexpr uint32_t kNonce = 77;

RndcKey key_named(std::string name, std::string_view secret,
                  crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::kSha256) {
  return {std::move(name), algorithm, {secret.begin(), secret.end()}};
}

class RndcSessionTest : public ::testing::Test {
 protected:
  RndcSession session() { return {access, replays, operations, kNonce, "127.0.0.1#4000"}; }

  RndcMessage message(std::string command, std::optional<uint32_t> nonce = {}) {
    RndcMessage out;
    out.serial = ++serial;
    out.time_s = kNow;
    out.expires_s = kNow + 60;
    out.nonce = nonce;
    out.command = std::move(command);
    return out;
  }
  static RndcMessage reply_in(const RndcSession::Step& step) {
    EXPECT_FALSE(step.close);
    if (step.send.size() < 4) return {};
    const Result<ReceivedMessage> received = ReceivedMessage::parse(Bytes(step.send).subspan(4));
    EXPECT_TRUE(received);
    return received ? received->message() : RndcMessage{};
  }
  /// Greets, then sends the command on a session of its own.
  RndcMessage ask(const std::string& command) {
    RndcSession s = session();
    reply_in(s.receive(encode_message(message("null"), access->keys[0]), kNow));
    return reply_in(s.receive(encode_message(message(command, kNonce), access->keys[0]), kNow));
  }
  /// What becomes of a first message.
  bool is_refused(const RndcMessage& first, const RndcKey& key) {
    RndcSession s = session();
    const RndcSession::Step step = s.receive(encode_message(first, key), kNow);
    EXPECT_EQ(step.close, step.send.empty());
    return step.close;
  }

  uint32_t serial = 0;
  std::shared_ptr<ChannelAccess> access = std::make_shared<ChannelAccess>(ChannelAccess{
      {key_named("one", "secret"), key_named("two", "other", crypto::DigestAlgorithm::kMd5)}, false});
  ReplayGuard replays;
  TestOperations operations;
};

TEST_F(RndcSessionTest, TheFirstMessageIsAnsweredWithTheNonceAndRunsNothing) {
  RndcSession s = session();
  const RndcMessage reply = reply_in(s.receive(encode_message(message("stop"), access->keys[0]), kNow));
  EXPECT_EQ(reply.nonce, kNonce);
  EXPECT_TRUE(reply.is_reply);
  EXPECT_EQ(reply.serial, 1U);
  EXPECT_EQ(reply.result, 0U);
  EXPECT_EQ(reply.command, "stop");
  EXPECT_TRUE(operations.calls.empty());
}

TEST_F(RndcSessionTest, ACommandWithTheNonceRunsAndItsTextComesBack) {
  const RndcMessage reply = ask("status");
  EXPECT_EQ(reply.text, "server is up and running");
  EXPECT_EQ(reply.error, std::nullopt);
  EXPECT_EQ(operations.calls, std::vector<std::string>{"status"});
}

TEST_F(RndcSessionTest, AnyKeyOfTheChannelServesAndTheReplyIsSignedWithIt) {
  RndcSession s = session();
  const RndcSession::Step step = s.receive(encode_message(message("null"), access->keys[1]), kNow);
  ASSERT_FALSE(step.close);
  const Result<ReceivedMessage> received = ReceivedMessage::parse(Bytes(step.send).subspan(4));
  ASSERT_TRUE(received);
  EXPECT_TRUE(received->is_signed_with(access->keys[1]));
  EXPECT_FALSE(received->is_signed_with(access->keys[0]));
}

TEST_F(RndcSessionTest, AStrangersKeyIsRefusedWithoutAnswer) {
  EXPECT_TRUE(is_refused(message("null"), key_named("one", "guess")));
}

TEST_F(RndcSessionTest, AWrongOrMissingNonceIsRefused) {
  for (const std::optional<uint32_t> nonce :
       {std::optional<uint32_t>(kNonce + 1), std::optional<uint32_t>()}) {
    RndcSession s = session();
    reply_in(s.receive(encode_message(message("null"), access->keys[0]), kNow));
    EXPECT_TRUE(s.receive(encode_message(message("stop", nonce), access->keys[0]), kNow).close);
  }
  EXPECT_TRUE(operations.calls.empty());
}

TEST_F(RndcSessionTest, ClocksMayDifferByFiveMinutes) {
  for (const auto& [time_s, refused] :
       {std::pair{kNow - 300, false}, {kNow - 301, true}, {kNow + 300, false}, {kNow + 301, true}}) {
    RndcMessage first = message("null");
    first.time_s = time_s;
    first.expires_s = kNow + 1000;
    EXPECT_EQ(is_refused(first, access->keys[0]), refused) << time_s - kNow;
  }
}

TEST_F(RndcSessionTest, AnExpiredMessageIsRefused) {
  RndcMessage first = message("null");
  first.expires_s = kNow - 1;
  EXPECT_TRUE(is_refused(first, access->keys[0]));
}

TEST_F(RndcSessionTest, AMessageThatWasHereBeforeIsRefusedOnAnyConnection) {
  const RndcMessage first = message("null");
  EXPECT_FALSE(is_refused(first, access->keys[0]));
  EXPECT_TRUE(is_refused(first, access->keys[0]));
}

TEST_F(RndcSessionTest, AReplyIsNoRequest) {
  RndcMessage first = message("null");
  first.is_reply = true;
  EXPECT_TRUE(is_refused(first, access->keys[0]));
}

TEST_F(RndcSessionTest, AFrameBeyondTheLimitEndsTheConnection) {
  RndcSession s = session();
  EXPECT_TRUE(s.receive(*hex_decode("00008001"), kNow).close);
}

TEST_F(RndcSessionTest, SeveralCommandsMayFollowOneAnotherInOnePiece) {
  RndcSession s = session();
  std::vector<uint8_t> bytes = encode_message(message("null"), access->keys[0]);
  for (const char* command : {"reconfig", "status"}) {
    const std::vector<uint8_t> more = encode_message(message(command, kNonce), access->keys[0]);
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  EXPECT_FALSE(s.receive(bytes, kNow).close);
  EXPECT_EQ(operations.calls, (std::vector<std::string>{"reconfig", "status"}));
}

TEST_F(RndcSessionTest, AFailureCarriesBindsCodeWordsAndText) {
  operations.answer = {ResultCode::kNotFound, "no matching zone 'x.example' in any view"};
  const RndcMessage reply = ask("reload x.example");
  EXPECT_EQ(reply.result, 23U);
  EXPECT_EQ(reply.error, "not found");
  EXPECT_EQ(reply.text, "no matching zone 'x.example' in any view");
}

TEST_F(RndcSessionTest, AReplyThatNoClientWouldReadBecomesAFailure) {
  operations.answer = CommandResult::success(std::string(kMaxReplyBytes, 'x'));
  const RndcMessage reply = ask("showzone x");
  EXPECT_EQ(reply.error, "ran out of space");
  EXPECT_EQ(reply.text, std::nullopt);
}

TEST_F(RndcSessionTest, AReadOnlyChannelOnlyReads) {
  access->read_only = true;
  EXPECT_EQ(ask("reload").error, "failure");
  EXPECT_EQ(ask("stop").error, "failure");
  EXPECT_EQ(ask("bogus").error, "failure");
  EXPECT_EQ(ask("status").error, std::nullopt);
  EXPECT_EQ(ask("zonestatus x.example").error, std::nullopt);
  EXPECT_EQ(operations.calls, (std::vector<std::string>{"status", "zonestatus x.example"}));
}

TEST_F(RndcSessionTest, TheClientSideTalksToTheServerSide) {
  RndcSession s = session();
  RndcExchange exchange(access->keys[0], "zonestatus example.com IN inside", 10);
  Result<RndcExchange::Step> step = RndcExchange::Step{exchange.start(kNow), std::nullopt};
  for (int i = 0; i < 2; ++i) step = exchange.receive(s.receive(step->send, kNow).send, kNow);
  ASSERT_TRUE(step);
  ASSERT_TRUE(step->reply);
  EXPECT_EQ(step->reply->error, std::nullopt);
  EXPECT_EQ(operations.calls, std::vector<std::string>{"zonestatus example.com IN inside"});
}

TEST_F(RndcSessionTest, TheClientBelievesNoReplyOfAnotherKey) {
  RndcSession s = session();
  RndcExchange exchange(access->keys[0], "status", 10);
  exchange.start(kNow);
  RndcMessage forged = message("null", kNonce);
  forged.is_reply = true;
  forged.serial = 11;
  EXPECT_EQ(exchange.receive(encode_message(forged, key_named("one", "guess")), kNow).error().text,
            "bad auth");
}

TEST(ReplayGuard, ForgetsWhatTheClockRefusesAnyway) {
  ReplayGuard replays;
  EXPECT_TRUE(replays.is_new(1, 1000, 1000));
  EXPECT_FALSE(replays.is_new(1, 1000, 1300));
  EXPECT_TRUE(replays.is_new(1, 1000, 1301));
  EXPECT_TRUE(replays.is_new(2, 1000, 1000));
}

class CommandsTest : public ::testing::Test {
 protected:
  ResultCode code(std::string_view line) { return run_command(operations, line, false, "rndc-key").code; }
  std::string call(std::string_view line) {
    operations.calls.clear();
    run_command(operations, line, false, "rndc-key");
    return operations.calls.empty() ? "" : operations.calls[0];
  }
  TestOperations operations;
};

TEST_F(CommandsTest, ReachTheirOperationWithTheirArguments) {
  EXPECT_EQ(call("reload"), "reload");
  EXPECT_EQ(call("RELOAD  example.com"), "reload example.com");
  EXPECT_EQ(call("reload \"example.com\" in \"my view\""), "reload example.com IN my view");
  EXPECT_EQ(call("reload example.com CH v extra"), "reload example.com CH v");
  EXPECT_EQ(call("reconfig"), "reconfig");
  EXPECT_EQ(call("querylog"), "querylog toggle");
  EXPECT_EQ(call("querylog ON"), "querylog on");
  EXPECT_EQ(call("querylog off"), "querylog off");
  EXPECT_EQ(call("trace"), "trace +1");
  EXPECT_EQ(call("trace 3"), "trace 3");
  EXPECT_EQ(call("notrace"), "trace 0");
  EXPECT_EQ(call("showzone example.com"), "showzone example.com");
  EXPECT_EQ(call("scan"), "scan");
  EXPECT_EQ(call("stop"), "stop");
  EXPECT_EQ(call("halt"), "halt");
}

TEST_F(CommandsTest, WrongArgumentsAreAnsweredWithBindsCodes) {
  EXPECT_EQ(code("zonestatus"), ResultCode::kUnexpectedEnd);
  EXPECT_EQ(code("showzone"), ResultCode::kUnexpectedEnd);
  EXPECT_EQ(code("reload a..b"), ResultCode::kEmptyLabel);
  EXPECT_EQ(code("reload " + std::string(64, 'a')), ResultCode::kLabelTooLong);
  EXPECT_EQ(code("reload \\9"), ResultCode::kBadEscape);
  EXPECT_EQ(code("reload example.com zz"), ResultCode::kUnknownClass);
  EXPECT_EQ(code("querylog foo"), ResultCode::kSyntax);
  for (const char* level : {"x", "-1", "3x", "99999999999"})
    EXPECT_EQ(code(std::string("trace ") + level), ResultCode::kRange) << level;
  EXPECT_EQ(code(""), ResultCode::kFailure);
  EXPECT_EQ(code("bogus"), ResultCode::kUnknownCommand);
  EXPECT_TRUE(operations.calls.empty());
}

TEST_F(CommandsTest, AStagedChangeComesUnderTheNameOfItsKey) {
  EXPECT_EQ(call("stage a1 0 AQID"), "stage by rndc-key: a1 at 0: AQID");
  EXPECT_EQ(call("apply a1 41 example.com IN v"), "apply by rndc-key: a1 from 41 to example.com IN v");
  EXPECT_EQ(call("applied a1"), "applied by rndc-key: a1");
  for (const char* line : {"stage", "stage a1 0", "apply a1 41", "applied"})
    EXPECT_EQ(code(line), ResultCode::kUnexpectedEnd) << line;
  for (const char* line : {"stage a1 x AQID", "stage a1 -1 AQID", "apply a1 4294967296 example.com"})
    EXPECT_EQ(code(line), ResultCode::kRange) << line;
  EXPECT_EQ(code("apply a1 41 a..b"), ResultCode::kEmptyLabel);
  operations.calls.clear();
  for (const char* line : {"stage a1 0 AQID", "apply a1 41 example.com", "applied a1"})
    EXPECT_EQ(run_command(operations, line, true, "rndc-key").code, ResultCode::kFailure) << line;
  EXPECT_TRUE(operations.calls.empty());
}

TEST_F(CommandsTest, ZonesAreAddedChangedAndTakenOut) {
  run_command(operations, "addzone a.example in v { type primary; file \"a b\"; };", false, "rndc-key");
  run_command(operations, "modzone a.example {type primary;};", false, "rndc-key");
  run_command(operations, "delzone -clean a.example", false, "rndc-key");
  ASSERT_EQ(operations.calls.size(), 3U);
  EXPECT_TRUE(operations.calls[0].ends_with(" { type primary; file \"a b\"; };")) << operations.calls[0];
  EXPECT_TRUE(operations.calls[1].ends_with(" {type primary;};")) << operations.calls[1];
  EXPECT_TRUE(operations.calls[2].starts_with("delzone -clean a.example")) << operations.calls[2];
  EXPECT_EQ(code("addzone"), ResultCode::kUnexpectedToken);
  EXPECT_EQ(code("addzone a.example"), ResultCode::kUnexpectedToken);
  EXPECT_EQ(code("addzone a..b { };"), ResultCode::kEmptyLabel);
  EXPECT_EQ(code("delzone"), ResultCode::kUnexpectedEnd);
}

TEST_F(CommandsTest, FilesOfOneZoneOrOfAll) {
  EXPECT_EQ(call("freeze"), "freeze");
  EXPECT_EQ(call("thaw example.com IN v"), "thaw example.com IN v");
  EXPECT_EQ(call("sync -clean example.com"), "sync -clean example.com");
  EXPECT_EQ(call("sync"), "sync");
  EXPECT_EQ(code("freeze a..b"), ResultCode::kEmptyLabel);
}

TEST_F(CommandsTest, RollbackNamesASerialAndAZone) {
  EXPECT_EQ(call("rollback 7 example.com"), "rollback example.com to 7");
  EXPECT_EQ(code("rollback example.com"), ResultCode::kUnexpectedEnd);
  EXPECT_EQ(code("rollback x example.com"), ResultCode::kRange);
}

TEST_F(CommandsTest, WhatThisVersionDoesNotHaveFailsAndSaysSo) {
  for (const char* line : {"signing -list x", "flush", "dumpdb"}) {
    const CommandResult result = run_command(operations, line, false, "rndc-key");
    EXPECT_EQ(result.code, ResultCode::kNotImplemented) << line;
    EXPECT_FALSE(result.text.empty());
  }
  EXPECT_TRUE(operations.calls.empty());
}

TEST_F(CommandsTest, NullDoesNothingAndStopTellsTheProcessIdWhenAsked) {
  EXPECT_EQ(code("null"), ResultCode::kSuccess);
  EXPECT_TRUE(operations.calls.empty());
  EXPECT_EQ(run_command(operations, "stop", false, "rndc-key").text, "ok");
  EXPECT_EQ(run_command(operations, "stop -p", false, "rndc-key").text, "pid: 4711");
  EXPECT_EQ(run_command(operations, "halt -p", false, "rndc-key").text, "pid: 4711");
}

TEST_F(CommandsTest, TheTableIsInOrderAndEachRowIsFound) {
  std::string_view before;
  for (const CommandInfo& info : commands()) {
    EXPECT_LT(before, info.name);
    EXPECT_EQ(find_command(info.name), &info);
    EXPECT_FALSE(info.help.empty());
    before = info.name;
  }
  EXPECT_EQ(find_command("bogus"), nullptr);
}

TEST(ResultCodes, HaveBindsIdentifiers) {
  EXPECT_EQ(result_identifier(0), "ISC_R_SUCCESS");
  EXPECT_EQ(result_identifier(static_cast<uint32_t>(ResultCode::kNotImplemented)), "ISC_R_NOTIMPLEMENTED");
  EXPECT_EQ(result_identifier(static_cast<uint32_t>(ResultCode::kNotLoaded)), "DNS_R_NOTLOADED");
  EXPECT_EQ(result_identifier(static_cast<uint32_t>(ResultCode::kUnknownCommand)), "DNS_R_UNKNOWNCOMMAND");
  EXPECT_EQ(result_identifier(74), "(unknown)");
  EXPECT_EQ(result_identifier(100000), "(unknown)");
}

}  // namespace
}  // namespace nomen::control
