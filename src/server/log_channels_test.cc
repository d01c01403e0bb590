#include "server/log_channels.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/os/file.h"
#include "server/log_channels_file.h"
#include "server/log_channels_line.h"

namespace nomen::server {
namespace {

namespace fs = std::filesystem;

constexpr timespec kTime{1795217849, 451'700'000};  // 2026-11-20 23:37:29 UTC
timespec fixed_time() {
  return kTime;
}

LogChannelConfig file_channel(std::string name, std::string path) {
  LogChannelConfig channel;
  channel.name = std::move(name);
  channel.destination = LogDestination::kFile;
  channel.path = std::move(path);
  return channel;
}

class LogChannelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "log_channels_XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return folder + "/" + name; }
  std::string content(const std::string& name) const {
    const Result<std::string> text = os::read_file(path(name));
    return text ? *text : "(no file)";
  }
  /// All categories to one channel.
  static LogChannelsConfig config_of(LogChannelConfig channel) {
    LogChannelsConfig config;
    config.routes.push_back({LogCategory::kDefault, {channel.name}});
    config.channels.push_back(std::move(channel));
    return with_default_channels(std::move(config));
  }
  static void info(LogChannels& channels, std::string_view text,
                   LogCategory category = LogCategory::kGeneral) {
    if (channels.wants(category, LogSeverity::kInfo, 0))
      channels.write(category, LogSeverity::kInfo, 0, "test", text);
  }

  std::string folder;
};

TEST_F(LogChannelsTest, LinesLookAsBindWritesThem) {
  LogLineFormatter formatter;
  const LogLine line{kTime, LogCategory::kQueries, LogSeverity::kInfo, 0, "the\ntext"};
  const auto printed = [&](LogTime time, bool category, bool severity) {
    LogChannelConfig channel;
    channel.print_time = time;
    channel.print_category = category;
    channel.print_severity = severity;
    std::string out;
    formatter.append(out, channel, line);
    return out;
  };
  EXPECT_EQ(printed(LogTime::kNone, false, false), "the text");
  EXPECT_EQ(printed(LogTime::kLocal, false, false), "20-Nov-2026 23:37:29.451 the text");
  EXPECT_EQ(printed(LogTime::kLocal, true, true), "20-Nov-2026 23:37:29.451 queries: info: the text");
  EXPECT_EQ(printed(LogTime::kIso8601, false, true), "2026-11-20T23:37:29.451 info: the text");
  EXPECT_EQ(printed(LogTime::kIso8601Utc, true, false), "2026-11-20T23:37:29.451Z queries: the text");
  EXPECT_EQ(printed(LogTime::kIso8601Offset, false, false), "2026-11-20T23:37:29.451+00:00 the text");
}

TEST_F(LogChannelsTest, ControlCharactersBecomeBlanksWhereverTheyStand) {
  LogLineFormatter formatter;
  const LogChannelConfig channel;
  for (size_t size = 1; size < 20; size++) {
    for (size_t at = 0; at < size; at++) {
      for (int c = 0; c < 256; c++) {
        std::string text(size, '~');
        text[at] = static_cast<char>(c);
        std::string expected = text;
        if ((c < 32 && c != '\t') || c == 127) expected[at] = ' ';
        std::string out;
        formatter.append(out, channel, {kTime, LogCategory::kGeneral, LogSeverity::kInfo, 0, text});
        ASSERT_EQ(out, expected) << size << " " << at << " " << c;
      }
    }
  }
}

TEST_F(LogChannelsTest, DebugLinesShowTheirLevelAndLocalTimeItsZone) {
  ::setenv("TZ", "QQQ-05:30", 1);
  ::tzset();
  LogLineFormatter formatter;
  LogChannelConfig channel;
  channel.print_time = LogTime::kIso8601Offset;
  channel.print_severity = true;
  std::string out;
  formatter.append(out, channel, {kTime, LogCategory::kClient, LogSeverity::kDebug, 3, "x"});
  EXPECT_EQ(out, "2026-11-21T05:07:29.451+05:30 debug 3: x");
}

TEST_F(LogChannelsTest, EachLineHasItsOwnHead) {
  LogLineFormatter formatter;
  LogChannelConfig channel;
  channel.print_time = LogTime::kLocal;
  channel.print_severity = channel.print_category = true;
  LogChannelConfig bare;
  const LogLine line{kTime, LogCategory::kClient, LogSeverity::kDebug, 3, "x"};
  const auto printed = [&](const LogChannelConfig& of, const LogLine& like) {
    std::string out;
    formatter.append(out, of, like);
    return out;
  };
  LogLine other = line;
  EXPECT_EQ(printed(channel, line), "20-Nov-2026 23:37:29.451 client: debug 3: x");
  EXPECT_EQ(printed(channel, line), "20-Nov-2026 23:37:29.451 client: debug 3: x");
  EXPECT_EQ(printed(bare, line), "x");
  other.debug_level = 4;
  EXPECT_EQ(printed(channel, other), "20-Nov-2026 23:37:29.451 client: debug 4: x");
  other.severity = LogSeverity::kInfo;
  EXPECT_EQ(printed(channel, other), "20-Nov-2026 23:37:29.451 client: info: x");
  other.category = LogCategory::kNotify;
  EXPECT_EQ(printed(channel, other), "20-Nov-2026 23:37:29.451 notify: info: x");
  other.time.tv_nsec += 1'000'000;
  EXPECT_EQ(printed(channel, other), "20-Nov-2026 23:37:29.452 notify: info: x");
  other.time.tv_sec++;
  EXPECT_EQ(printed(channel, other), "20-Nov-2026 23:37:30.452 notify: info: x");
  EXPECT_EQ(printed(channel, line), "20-Nov-2026 23:37:29.451 client: debug 3: x");
}

TEST_F(LogChannelsTest, ALineGoesToAllChannelsOfItsCategoryAndOthersToDefault) {
  LogChannelsConfig config;
  config.channels = {file_channel("a", path("a")), file_channel("b", path("b")),
                     file_channel("c", path("c"))};
  config.routes = {
      {LogCategory::kDefault, {"a"}}, {LogCategory::kQueries, {"b", "c"}}, {LogCategory::kClient, {"null"}}};
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(with_default_channels(config)));
  info(channels, "general");
  info(channels, "query", LogCategory::kQueries);
  info(channels, "client", LogCategory::kClient);
  info(channels, "unmatched", LogCategory::kUnmatched);
  channels.flush();
  EXPECT_EQ(content("a"), "general\n");
  EXPECT_EQ(content("b"), "query\n");
  EXPECT_EQ(content("c"), "query\n");
  EXPECT_FALSE(channels.wants(LogCategory::kClient, LogSeverity::kCritical, 0));
  EXPECT_FALSE(channels.wants(LogCategory::kUnmatched, LogSeverity::kCritical, 0));
}

TEST_F(LogChannelsTest, SeverityIsTheLeastThatIsWritten) {
  LogChannelConfig channel = file_channel("a", path("a"));
  channel.severity = LogSeverity::kWarning;
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(channel)));
  EXPECT_TRUE(channels.wants(LogCategory::kGeneral, LogSeverity::kCritical, 0));
  EXPECT_TRUE(channels.wants(LogCategory::kGeneral, LogSeverity::kWarning, 0));
  EXPECT_FALSE(channels.wants(LogCategory::kGeneral, LogSeverity::kNotice, 0));
  channels.set_debug_level(9);
  EXPECT_FALSE(channels.wants(LogCategory::kGeneral, LogSeverity::kNotice, 0));

  channel.severity = LogSeverity::kDebug;
  channel.debug_level = 2;
  ASSERT_TRUE(channels.configure(config_of(channel)));
  EXPECT_TRUE(channels.wants(LogCategory::kGeneral, LogSeverity::kDebug, 2));
  EXPECT_FALSE(channels.wants(LogCategory::kGeneral, LogSeverity::kDebug, 3));
}

TEST_F(LogChannelsTest, DynamicSeverityFollowsTheServersDebugLevel) {
  LogChannelConfig channel = file_channel("a", path("a"));
  channel.dynamic = true;
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(channel)));
  EXPECT_TRUE(channels.wants(LogCategory::kGeneral, LogSeverity::kInfo, 0));
  EXPECT_FALSE(channels.wants(LogCategory::kGeneral, LogSeverity::kDebug, 1));
  channels.set_debug_level(3);
  EXPECT_TRUE(channels.wants(LogCategory::kGeneral, LogSeverity::kDebug, 3));
  EXPECT_FALSE(channels.wants(LogCategory::kGeneral, LogSeverity::kDebug, 4));
  channels.set_debug_level(-1);
  EXPECT_EQ(channels.debug_level(), 0);
}

TEST_F(LogChannelsTest, TheDebugFileComesWithTheFirstDebugLineOnly) {
  LogChannelConfig channel = file_channel("default_debug", path("named.run"));
  channel.dynamic = true;
  channel.debug_only = true;
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(channel)));
  info(channels, "unseen");
  channels.flush();
  EXPECT_EQ(content("named.run"), "(no file)");
  channels.set_debug_level(1);
  info(channels, "seen");
  channels.flush();
  EXPECT_EQ(content("named.run"), "seen\n");
}

TEST_F(LogChannelsTest, ReconfiguringLosesNoLine) {
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(file_channel("a", path("a")))));
  info(channels, "one");
  ASSERT_TRUE(channels.configure(config_of(file_channel("b", path("b")))));
  info(channels, "two");
  ASSERT_TRUE(channels.configure(config_of(file_channel("a", path("a")))));
  info(channels, "three");
  channels.flush();
  EXPECT_EQ(content("a"), "one\nthree\n");
  EXPECT_EQ(content("b"), "two\n");
}

TEST_F(LogChannelsTest, AConfigurationThatFailsLeavesTheChannelsOfBefore) {
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(file_channel("a", path("a")))));
  const Result<void> result = channels.configure(config_of(file_channel("x", path("no/such/folder"))));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text.find("no/such/folder"), std::string::npos);
  LogChannelsConfig unknown;
  unknown.routes = {{LogCategory::kQueries, {"nowhere"}}};
  EXPECT_EQ(channels.configure(with_default_channels(unknown)).error().text,
            "undefined channel 'nowhere' in category 'queries'");
  info(channels, "still here");
  channels.flush();
  EXPECT_EQ(content("a"), "still here\n");
}

TEST_F(LogChannelsTest, WhatIsQueuedIsWrittenBeforeTheEnd) {
  LogChannelConfig channel = file_channel("a", path("a"));
  channel.buffered = true;
  {
    LogChannels channels(fixed_time);
    ASSERT_TRUE(channels.configure(config_of(channel)));
    for (int i = 0; i < 1000; ++i) info(channels, "line");
  }
  EXPECT_EQ(content("a").size(), 5000U);
}

TEST_F(LogChannelsTest, LinesOfManyThreadsAllArriveWhole) {
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(file_channel("a", path("a")))));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) info(channels, "a line of text");
    });
  for (std::thread& thread : threads) thread.join();
  channels.flush();
  std::ifstream in(path("a"));
  std::string line;
  int count = 0;
  while (std::getline(in, line)) {
    EXPECT_EQ(line, "a line of text");
    ++count;
  }
  EXPECT_EQ(count, 8000);
}

TEST_F(LogChannelsTest, LinesBeyondTheBoundAreDroppedAndReported) {
  // A pipe that nobody reads holds the writer up for as long as the test wants.
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::FILE* reader = ::fdopen(::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK), "r");
  LogChannels channels(fixed_time);
  ASSERT_TRUE(channels.configure(config_of(file_channel("a", path("pipe")))));
  const std::string big(100000, 'x');
  int lines = 0;
  while (channels.dropped_lines() == 0 && ++lines < 10000) info(channels, big);
  EXPECT_GT(channels.dropped_lines(), 0U);
  ::fcntl(::fileno(reader), F_SETFL, 0);
  std::string received;
  std::thread drain([&] {
    char buffer[65536];
    ssize_t n = 0;
    while ((n = ::read(::fileno(reader), buffer, sizeof buffer)) > 0)
      received.append(buffer, static_cast<size_t>(n));
  });
  channels.flush();
  ASSERT_TRUE(channels.configure(config_of(file_channel("b", path("b")))));  // closes the pipe
  drain.join();
  std::fclose(reader);
  EXPECT_NE(received.find(" log lines were dropped"), std::string::npos);
}

TEST_F(LogChannelsTest, ForegroundModeIsOneChannelWithTheTime) {
  const LogChannelsConfig config = foreground_channels();
  ASSERT_FALSE(config.channels.empty());
  EXPECT_EQ(config.channels[0].destination, LogDestination::kStderr);
  EXPECT_EQ(config.channels[0].print_time, LogTime::kLocal);
  EXPECT_FALSE(config.channels[0].print_category);
  EXPECT_EQ(config.routes[0].channels, std::vector<std::string>{"default_stderr"});
}

TEST_F(LogChannelsTest, BindsChannelsAreThereUnlessTheConfigurationNamesThem) {
  LogChannelsConfig own;
  own.channels = {file_channel("default_syslog", "x")};
  own.routes = {{LogCategory::kUnmatched, {"default_syslog"}}};
  const LogChannelsConfig config = with_default_channels(own);
  EXPECT_EQ(config.channels.size(), 4U);
  EXPECT_EQ(config.channels[0].path, "x");
  ASSERT_EQ(config.routes.size(), 2U);
  EXPECT_EQ(config.routes[1].channels, (std::vector<std::string>{"default_syslog", "default_debug"}));
}

TEST_F(LogChannelsTest, SyslogFacilitiesHaveTheirNumbers) {
  EXPECT_EQ(syslog_facility_number("daemon"), LOG_DAEMON);
  EXPECT_EQ(syslog_facility_number("local7"), LOG_LOCAL7);
  EXPECT_EQ(syslog_facility_number("nonsense"), -1);
}

class LogFileTest : public LogChannelsTest {
 protected:
  /// One line into a freshly opened file.
  void write_once(const LogChannelConfig& config, std::string_view line, timespec now = kTime) {
    LogFile file(config);
    ASSERT_TRUE(file.open(now));
    file.write(line, now);
  }
  size_t file_count() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
};

TEST_F(LogFileTest, WithoutVersionsItIsAppendedTo) {
  const LogChannelConfig config = file_channel("a", path("a"));
  write_once(config, "1\n");
  write_once(config, "2\n");
  EXPECT_EQ(content("a"), "1\n2\n");
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(LogFileTest, WithVersionsAndNoSizeEachOpeningRolls) {
  LogChannelConfig config = file_channel("a", path("a"));
  config.versions = 2;
  for (const char* line : {"1\n", "2\n", "3\n", "4\n"}) write_once(config, line);
  EXPECT_EQ(content("a"), "4\n");
  EXPECT_EQ(content("a.0"), "3\n");
  EXPECT_EQ(content("a.1"), "2\n");
  EXPECT_EQ(file_count(), 3U);
  config.versions = 1;
  write_once(config, "5\n");
  EXPECT_EQ(content("a.0"), "4\n");
  EXPECT_EQ(file_count(), 2U);
  config.versions = 0;
  write_once(config, "6\n");
  EXPECT_EQ(content("a"), "6\n");
}

TEST_F(LogFileTest, WithASizeItRollsWhenTheSizeIsReached) {
  LogChannelConfig config = file_channel("a", path("a"));
  config.versions = kLogVersionsUnlimited;
  config.max_bytes = 10;
  LogFile file(config);
  ASSERT_TRUE(file.open(kTime));
  file.write("12345\n12345\nabcde\n", kTime);
  file.write("abcde\nlast\n", kTime);
  EXPECT_EQ(content("a.1"), "12345\n12345\n");
  EXPECT_EQ(content("a.0"), "abcde\nabcde\n");
  EXPECT_EQ(content("a"), "last\n");
}

TEST_F(LogFileTest, WithASizeAndNoVersionsItStopsUntilSomebodyMakesRoom) {
  LogChannelConfig config = file_channel("a", path("a"));
  config.max_bytes = 4;
  LogFile file(config);
  ASSERT_TRUE(file.open(kTime));
  file.write("12345\n", kTime);
  file.write("more\n", kTime);
  EXPECT_EQ(content("a"), "12345\n");
  fs::resize_file(path("a"), 0);
  file.write("again\n", {kTime.tv_sec + 1, 0});
  EXPECT_EQ(content("a"), "again\n");
}

TEST_F(LogFileTest, TimestampsNameTheOlderVersionsAndTheOldestGo) {
  LogChannelConfig config = file_channel("a", path("a"));
  config.versions = 2;
  config.timestamp_suffix = true;
  for (int i = 0; i < 4; ++i) write_once(config, std::to_string(i) + "\n", {kTime.tv_sec + i, kTime.tv_nsec});
  EXPECT_EQ(content("a"), "3\n");
  EXPECT_EQ(content("a.20261120233732451"), "2\n");
  EXPECT_EQ(content("a.20261120233731451"), "1\n");
  EXPECT_EQ(file_count(), 3U);
}

}  // namespace
}  // namespace nomen::server
