// Every way of reading a master file gives the same: each kernel, the general reader alone, any block size,
// and several threads; on zones made at random and on damaged ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "dns/master_transcript.h"

namespace nomen::dns {
namespace {

using Random = std::mt19937_64;

size_t below(Random& random, size_t limit) {
  return static_cast<size_t>(random() % limit);
}

template <size_t N>
std::string pick(Random& random, const char* const (&choices)[N]) {
  return choices[below(random, N)];
}

std::string random_text_name(Random& random) {
  static const char* const kNames[] = {"a",  "www",     "@",     "mail.example.", "b.c.d",  "x.test.", "*.w",
                                       "A",  "Www",     "a\\.b", "\\@",           "x\\065", "a..b",    ".",
                                       "a.", "",        "-",     "_tcp._x",       "a@b",    "\"q\"",   "n$",
                                       ".a", "\xc3\xbc"};
  if (below(random, 3) == 0) return pick(random, kNames);
  std::string name;
  for (size_t labels = 1 + below(random, 3); labels > 0; labels--) {
    name.append(1 + below(random, below(random, 20) == 0 ? 70 : 12),
                static_cast<char>('a' + below(random, 26)));
    if (labels > 1 || below(random, 4) == 0) name += '.';
  }
  return name;
}

std::string random_rdata(Random& random) {
  static const char* const kRdata[] = {"A 1.2.3.4",
                                       "A 255.255.255.255",
                                       "A 1.2.3.256",
                                       "A 01.2.3.4",
                                       "A 1.2.3",
                                       "A 1.2.3.4.5",
                                       "A 1..2.3",
                                       "A 100.20.3.0",
                                       "A 1.2.3.4 x",
                                       "A (1.2.3.4)",
                                       "A 1.2.3.4;c",
                                       "A \"1.2.3.4\"",
                                       "A 0.0.0.00",
                                       "A 1.2.3.a",
                                       "AAAA ::",
                                       "AAAA ::1",
                                       "AAAA 1::",
                                       "AAAA 1:2:3:4:5:6:7:8",
                                       "AAAA 1:2:3:4:5:6:7::",
                                       "AAAA ::2:3:4:5:6:7:8",
                                       "AAAA 1:2:3:4::5:6:7:8",
                                       "AAAA :::",
                                       "AAAA 1::2::3",
                                       "AAAA 12345::",
                                       "AAAA ::ffff:1.2.3.4",
                                       "AAAA :1::2",
                                       "AAAA 1:2",
                                       "AAAA fE80::00Ab:1",
                                       "AAAA g::1",
                                       "AAAA 1:2:3:4:5:6:7:",
                                       "TXT a",
                                       "TXT \"\"",
                                       "TXT \"a b\" c",
                                       "TXT \"a;(b\"",
                                       "TXT \"a\\\"b\"",
                                       "TXT a\\;b",
                                       "TXT",
                                       "TXT \"a\"b",
                                       "TXT \"open",
                                       "TXT a\"b\"",
                                       "TXT (\"a\"\n \"b\" ; c\n)",
                                       "TXT \"a\"\"b\"",
                                       "TXT \"a\\\nb\"",
                                       "MX 10 m",
                                       "MX 65535 m.",
                                       "MX 65536 m",
                                       "MX m",
                                       "MX 1 @",
                                       "MX -1 m",
                                       "MX 00010 m",
                                       "SRV 1 2 3 t",
                                       "SRV 1 2 3",
                                       "SRV 1 2 99999 t",
                                       "SRV 1 2 3 t u",
                                       "DS 1 8 1 0123456789abcdef0123456789ABCDEF01234567",
                                       "DS 1 8 2 00",
                                       "DS 1 8 1 0123456789abcdef0123456789ABCDEF0123456",
                                       "DS 1 8 1 0123456789abcdef 0123456789ABCDEF01234567",
                                       "DS 65536 8 1 0123456789abcdef0123456789ABCDEF01234567",
                                       "DS 1 RSASHA256 1 0123456789abcdef0123456789ABCDEF01234567",
                                       "DS 1 256 1 0123456789abcdef0123456789ABCDEF01234567",
                                       "DS 1 8 1 0123456789abcdef0123456789ABCDEF0123456789",
                                       "DS 1 8 1 0123456789abcdef0123456789ABCDEF0123456g",
                                       "SOA a b 1 2 3 4 5",
                                       "SOA a b ( 1\n 2 3 4 5 )",
                                       "SOA @ john\\.doe 2026010100 7200 3600 1209600 3600 ; times",
                                       "SOA -a b. 4294967295 0 00000001 99999999 5",
                                       "soa a. b_c 4294967296 2 3 4 5",
                                       "SOA a b 0000000001 2h 3 4 5",
                                       "SOA a b 1 2147483648 3 4294967295 5",
                                       "SOA a b 1 2 3 4",
                                       "SOA a b 1 2 3 4 5 6",
                                       "SOA a b 1 2 3 4 x",
                                       "SOA a 1 2 3 4 5",
                                       "CAA 0 issue \"x\"",
                                       "TYPE65280 \\# 2 abcd",
                                       "A \\# 4 01020304",
                                       "BLA x",
                                       "A",
                                       "HTTPS 1 . alpn=\"h2\"",
                                       "a 1.2.3.4",
                                       "aaaa ::",
                                       "MD m",
                                       "RRSIG",
                                       "NSEC a A MX"};
  static const char* const kNameTypes[] = {"NS ", "CNAME ", "PTR ", "DNAME ", "ns ", "Ns  ", "NS\t"};
  return below(random, 4) == 0 ? pick(random, kNameTypes) + random_text_name(random) : pick(random, kRdata);
}

std::string random_line(Random& random) {
  static const char* const kFields[] = {
      " ",    " IN ",  " 300 ",      " IN 60 ",      " 60 IN ", "\t",          "  in  ", " 1h30m ",
      " CH ", " 5 5 ", " 99999999 ", " 4294967295 ", " IN IN ", " 123456789 ", " ( ",    " 2147483648 "};
  static const char* const kDirectives[] = {"$TTL 3600",
                                            "$TTL 1d",
                                            "$ORIGIN sub",
                                            "$ORIGIN other.",
                                            "$ORIGIN .",
                                            "$TTL x",
                                            "$ORIGIN",
                                            "$BAD x",
                                            "$INCLUDE /nowhere",
                                            "$ORIGIN a..b",
                                            "$GENERATE 1-3 g$ A 1.1.1.$",
                                            "$GENERATE 2-1 x A 1.1.1.1",
                                            "$origin example.",
                                            "$GENERATE 0-2 n${0,3,n} 9 IN TXT \"x $\"",
                                            "( $ORIGIN paren. )",
                                            "$DATE 1"};
  static const char* const kOdd[] = {
      "",        "   ", "; comment \" (",          "\t; c", "(", ")", "\"", "\\",
      " ( \n )", "\r",  "a A 1.1.1.1\rb A 1.1.1.2"};
  static const char* const kEnds[] = {"\n",  "\n",     "\n",     "\n",    "\n", "\r\n",
                                      " \n", " ; c\n", "\t\r\n", ";\r\n", "\r"};
  std::string line;
  const size_t kind = below(random, 40);
  if (kind < 2) {
    line = pick(random, kDirectives);
  } else if (kind < 3) {
    line = pick(random, kOdd);
  } else {
    const std::string owner = kind < 8 ? "" : kind < 20 ? "host" : random_text_name(random);
    line = owner + (below(random, 2) == 0 ? " IN " : pick(random, kFields)) + random_rdata(random);
  }
  return line + pick(random, kEnds);
}

std::string random_zone(Random& random) {
  std::string text;
  if (below(random, 4) != 0) text += "$TTL 77\n";
  if (below(random, 2) != 0) text += "@ 5 SOA a b 1 2 3 4 5\n";
  for (size_t lines = below(random, 60); lines > 0; lines--) text += random_line(random);
  if (below(random, 4) == 0) text.resize(below(random, text.size() + 1));
  return text;
}

void damage(Random& random, std::string& text) {
  static constexpr std::string_view kBytes(" \n\t\r\"();\\$@.\0az09:\xff", 19);
  for (size_t hits = below(random, 6); hits > 0 && !text.empty(); hits--) {
    const size_t at = below(random, text.size());
    const char c = kBytes[below(random, kBytes.size())];
    switch (below(random, 3)) {
      case 0:
        text[at] = c;
        break;
      case 1:
        text.insert(at, 1, c);
        break;
      default:
        text.erase(at, 1 + below(random, 4));
    }
  }
}

MasterFileOptions options_of(Random& random, const Name& origin) {
  MasterFileOptions options;
  options.origin = origin;
  if (below(random, 4) == 0) options.default_ttl_s = 11;
  return options;
}

TEST(MasterEqual, KernelsAndTheGeneralReaderAgree) {
  Random random(20260101);
  const Name origin = *Name::parse("example.");
  for (int round = 0; round < 3000; round++) {
    std::string text = random_zone(random);
    if (round % 2 == 1) damage(random, text);
    const MasterFileOptions options = options_of(random, origin);
    const std::string expected = master_transcript(text, options, {.kernel = &kDecliningKernel});
    ASSERT_EQ(expected.find("BAD "), std::string::npos) << text;
    for (const MasterKernel* kernel : usable_master_kernels()) {
      ASSERT_EQ(expected, master_transcript(text, options, {.kernel = kernel})) << kernel->name << "\n"
                                                                                << text;
    }
  }
}

std::string random_text(Random& random, std::string_view alphabet, size_t size) {
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[below(random, alphabet.size())];
  return text;
}

/// Nearly always an address, with what is wrong in some way now and then.
std::string random_ipv4(Random& random) {
  std::string text;
  const unsigned parts = below(random, 20) == 0 ? below(random, 7) : 4;
  for (unsigned i = 0; i < parts; i++) {
    if (i != 0) text += '.';
    const bool is_odd = below(random, 40) == 0;
    text += is_odd ? random_text(random, "0123456789ax-", below(random, 6)) : std::to_string(random() % 260);
  }
  return text;
}

std::string random_ipv6(Random& random) {
  std::string text;
  const unsigned groups = 1 + below(random, below(random, 10) == 0 ? 10 : 8);
  const unsigned gap = below(random, groups + 4);
  for (unsigned i = 0; i < groups; i++) {
    if (i == gap) text += i == 0 ? "::" : ":";
    const size_t digits = below(random, 60) == 0 ? below(random, 7) : 1 + below(random, 4);
    text += random_text(random, below(random, 60) == 0 ? "0123456789abcdefgG./:" : "0123456789abcdefABCDEF",
                        digits);
    if (i + 1 < groups || below(random, 6) == 0) text += ':';
  }
  if (gap == groups) text += ':';
  return text;
}

TEST(MasterEqual, AddressesAndDigestsAgree) {
  Random random(5);
  static constexpr std::string_view kOwner = "0161076578616d706c6500 ";
  size_t good = 0;
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  for (int round = 0; round < 60; round++) {
    std::string text = "$TTL 5\n@ SOA a b 1 2 3 4 5\n";
    for (int i = 0; i < 300; i++) {
      const size_t digits =
          below(random, 3) == 0 ? below(random, 110) : std::array{40, 64, 96}[below(random, 3)];
      std::string digest = random_text(random, "0123456789abcdefABCDEF", digits);
      if (digits != 0 && below(random, 4) == 0) {
        const size_t at = below(random, 2) == 0 ? digits - 1 : below(random, digits);
        digest[at] = "gG/:@`x"[below(random, 7)];
      }
      text += fmt::format("a A {}\na AAAA {}\na DS {} 8 {} {}\n", random_ipv4(random), random_ipv6(random),
                          random() % 65540, std::array{1, 2, 4, 5}[below(random, 4)], digest);
    }
    const std::string expected = master_transcript(text, options, {.kernel = &kDecliningKernel});
    for (size_t at = 0; (at = expected.find(kOwner, at)) != std::string::npos; at++) good++;
    for (const MasterKernel* kernel : usable_master_kernels())
      ASSERT_EQ(expected, master_transcript(text, options, {.kernel = kernel})) << kernel->name << "\n"
                                                                                << text;
  }
  EXPECT_GT(good, 60U * 300);  // it is not all refused
}

TEST(MasterEqual, AnyBlockSizeAndSeveralThreadsAgree) {
  Random random(7);
  const Name origin = *Name::parse("example.");
  for (int round = 0; round < 1500; round++) {
    std::string text = random_zone(random);
    if (round % 2 == 1) damage(random, text);
    MasterFileOptions options = options_of(random, origin);
    const std::string expected = master_transcript(text, options, {});
    MasterTuning tuning;
    tuning.block_size = 16 + below(random, 600);
    tuning.parallel_from = 0;
    ASSERT_EQ(expected, master_transcript(text, options, tuning)) << tuning.block_size << "\n" << text;
    options.threads = 3;
    ASSERT_EQ(expected, master_transcript(text, options, tuning)) << tuning.block_size << " threads\n"
                                                                  << text;
  }
}

TEST(MasterEqual, LargeZonesAgree) {
  Random random(3);
  std::string text = "$TTL 5\n@ SOA a b 1 2 3 4 5\n";
  while (text.size() < 3 << 20) {
    text += fmt::format("h{} IN A 10.{}.{}.{}\n", random() % 1000000, random() % 256, random() % 256,
                        random() % 256);
    if (random() % 10 == 0) text += " TXT \"v=spf1 -all; (not a comment)\"\n";
    if (random() % 1000 == 0) text += fmt::format("$ORIGIN o{}.example.\n", random() % 10);
    if (random() % 20000 == 0) text += "$GENERATE 1-20 g$ A 192.0.2.$\n";
    if (random() % 3000 == 0) text += "multi MX ( ; two lines\n 10 m )\nbad A x\n";
  }
  MasterFileOptions options;
  options.origin = *Name::parse("example.");
  const std::string expected = master_transcript(text, options, {.kernel = &kDecliningKernel});
  EXPECT_EQ(expected, master_transcript(text, options, {}));
  for (const unsigned threads : {2U, 4U}) {
    options.threads = threads;
    EXPECT_EQ(expected, master_transcript(text, options, {}));
  }
}

TEST(MasterEqual, CutScansAgree) {
  Random random(11);
  for (int round = 0; round < 3000; round++) {
    std::string text;
    for (int i = 0; i < 8; i++) text += random_zone(random);
    damage(random, text);
    const size_t size = text.size();
    text.append(kTextPadding, '$');
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    const auto scan_all = [&](const MasterKernel& kernel) {
      CutScan scan;
      std::string seen;
      while (scan.at < size) {
        kernel.scan_cuts(scan, bytes, size);
        seen +=
            fmt::format("{} {} {} {} {};", scan.at, scan.safe, scan.safe_owner, scan.depth, scan.line_start);
        scan.line_start = scan.at < size ? false : scan.line_start;
      }
      return seen + std::to_string(kernel.count_lines(bytes, size));
    };
    const std::string expected = scan_all(kPlainKernel);
    for (const MasterKernel* kernel : usable_master_kernels())
      ASSERT_EQ(expected, scan_all(*kernel)) << kernel->name;
  }
}

TEST(MasterEqual, RecordsWithoutAnEndAreBounded) {
  std::string text = "$TTL 1\n";
  for (int i = 0; i < 40; i++) text += fmt::format("a{} A (\n", i);
  text.append(3 << 20, 'x');
  text += "\nz A 1.1.1.1\n";
  MasterFileOptions options;
  const std::string transcript = master_transcript(text, options, {});
  EXPECT_NE(transcript.find("z:2:6: unbalanced parentheses"), std::string::npos);
  EXPECT_NE(transcript.find("too many records without an end"), std::string::npos);
}

}  // namespace
}  // namespace nomen::dns
