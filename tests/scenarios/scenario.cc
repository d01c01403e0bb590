#include "scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "answer/world_for_test.h"
#include "base/encoding.h"

namespace nomen::scenarios {

namespace {

using answer::ReadMessage;
using answer::ReadRecord;
using Words = std::vector<std::string>;

constexpr const char* kSections[] = {"answer", "authority", "additional"};

Words split(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string join(const Words& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::vector<uint8_t> octets(const std::string& hex) {
  const auto bytes = hex_decode(hex);
  return bytes ? *bytes : std::vector<uint8_t>{};
}

/// What a block below a question expects.
struct Expected {
  bool silence = false;
  std::string header;
  std::string opt = "none";
  std::map<std::string, std::vector<std::string>> sections;
};

/// Records of a section as the file has them, in the form of answer::section_of().
std::vector<std::string> normal(const std::vector<std::string>& lines, std::string& problem) {
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    dns::MasterFileOptions options;
    options.origin = dns::Name{};
    const auto summary =
        dns::read_master_text(line + "\n", "record", options, [&](const dns::RecordBatch& batch) {
          for (const dns::BatchRecord& record : batch.records) {
            const auto type = static_cast<dns::RRType>(record.type);
            out.push_back(fmt::format("{} {} {} {}", dns::to_string(batch.owner(record)), record.ttl_s,
                                      dns::to_string(type),
                                      dns::rdata_to_text(type, dns::RRClass::kIn, batch.rdata(record))));
          }
        });
    for (const Diagnostic& diagnostic : summary.diagnostics) problem = line + ": " + diagnostic.text;
  }
  return out;
}

/// Owners in lower case: they come in the case of the question where they share its octets.
std::vector<std::string> sorted(std::vector<std::string> lines) {
  for (std::string& line : lines) {
    for (size_t i = 0; i < line.size() && line[i] != ' '; i++)
      line[i] = static_cast<char>(dns::lower(static_cast<uint8_t>(line[i])));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string header_of(const ReadMessage& message) {
  std::string out = dns::to_string(message.rcode());
  constexpr std::pair<uint16_t, const char*> kFlags[] = {{0x8000, " qr"}, {0x0400, " aa"}, {0x0200, " tc"},
                                                         {0x0100, " rd"}, {0x0080, " ra"}, {0x0020, " ad"},
                                                         {0x0010, " cd"}};
  for (const auto& [bit, name] : kFlags) {
    if ((message.flags & bit) != 0) out += name;
  }
  return out;
}

std::string option_text(uint16_t code, Bytes value) {
  switch (code) {
    case 3:
      return fmt::format("nsid={}", as_text(value));
    case 10:
      return "cookie=" + hex_encode(value);
    case 11:
      return value.size() == 2 ? fmt::format("keepalive={}", load_u16(value.data())) : "keepalive";
    case 15:
      return value.size() >= 2 ? fmt::format("ede={}", load_u16(value.data())) : "ede";
    default:
      return fmt::format("option{}={}", code, hex_encode(value));
  }
}

std::string opt_of(const ReadMessage& message) {
  const ReadRecord* opt = message.opt();
  if (opt == nullptr) return "none";
  std::string out = fmt::format("version={} size={}", opt->ttl_s >> 16 & 255, opt->rr_class);
  if ((opt->ttl_s & 0x8000) != 0) out += " do";
  Bytes rest = opt->rdata;
  while (rest.size() >= 4) {
    const size_t size = std::min<size_t>(load_u16(rest.data() + 2), rest.size() - 4);
    out += " " + option_text(load_u16(rest.data()), rest.subspan(4, size));
    rest = rest.subspan(4 + size);
  }
  return out;
}

class Scenario {
 public:
  explicit Scenario(const std::string& path)
      : in_(path), folder_(std::filesystem::path(path).parent_path()) {}

  std::vector<std::string> play() {
    if (!next() || line_.find("# RFC ") != 0) problem("the first line must be \"# RFC number section ...\"");
    while (next()) statement();
    if (questions_ == 0) problem("no question");
    return std::move(problems_);
  }

 private:
  bool next() {
    if (held_) {
      held_ = false;
      return true;
    }
    number_++;
    return static_cast<bool>(std::getline(in_, line_));
  }
  void problem(const std::string& text) { problems_.push_back(fmt::format(":{}: {}", number_, text)); }

  void statement() {
    const Words words = split(line_);
    if (words.empty() || words[0][0] == '#') return;
    if (words[0] == "zone" && words.size() == 2) return zone(words[1]);
    if (words[0] == "zone" && words.size() == 4 && words[2] == "file") return zone_file(words[1], words[3]);
    if (words[0] == "form" && words.size() == 2) {
      by_sets_ = words[1] == "sets";
      return;
    }
    if (words[0] == "set" && words.size() == 3) return set(words[1], words[2]);
    if (words[0] == "time" && words.size() == 2) {
      world_.now_s = static_cast<uint32_t>(std::stoul(words[1]));
      return;
    }
    if (words[0] == "peer" && words.size() == 2) return peer(words[1]);
    if (words[0] == "ask" && words.size() >= 3) return ask(words);
    if (words[0] == "send" && words.size() >= 2) return send(words);
    problem("not understood: " + line_);
  }

  void zone(const std::string& apex) {
    std::string text;
    while (next() && line_ != "end") text += (line_.find("  ") == 0 ? line_.substr(2) : line_) + "\n";
    add_zone(apex, text);
  }

  void zone_file(const std::string& apex, const std::string& name) {
    std::ifstream in(folder_ / name);
    std::ostringstream text;
    text << in.rdbuf();
    add_zone(apex, text.str());
  }

  void add_zone(const std::string& apex, const std::string& text) {
    Diagnostics diagnostics;
    auto content = zone::content_of(text, apex, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics)
      if (diagnostic.severity == Severity::kError) problem("zone " + apex + ": " + diagnostic.text);
    if (problems_.empty()) world_.add(apex, std::move(content));
  }

  void set(const std::string& name, const std::string& value) {
    using answer::MinimalResponses;
    const bool on = value == "yes";
    if (name == "minimal-responses") {
      world_.view.minimal_responses = on                   ? MinimalResponses::kYes
                                      : value == "no-auth" ? MinimalResponses::kNoAuth
                                                           : MinimalResponses::kNo;
    } else if (name == "minimal-any") {
      world_.view.minimal_any = on;
    } else if (name == "require-server-cookie") {
      world_.view.require_server_cookie = on;
    } else if (name == "server-id") {
      world_.server.server_id = value;
    } else if (name == "version") {
      world_.server.version = value;
    } else if (name == "hostname") {
      world_.server.hostname = value;
    } else if (name == "max-udp-size") {
      world_.view.max_udp_size = static_cast<uint16_t>(std::stoul(value));
    } else if (name == "edns-udp-size") {
      world_.view.edns_udp_size = static_cast<uint16_t>(std::stoul(value));
    } else if (name == "allow-query") {
      world_.zone_settings.allow_query = value == "any" ? policy::Acl::any() : policy::Acl::none();
    } else if (name == "cookie-secret") {
      add_secret(octets(value));
    } else {
      problem("unknown setting " + name);
    }
  }

  void add_secret(const std::vector<uint8_t>& bytes) {
    crypto::SipHashKey key{};
    if (bytes.size() != key.size()) return problem("a secret has 32 digits");
    std::copy(bytes.begin(), bytes.end(), key.begin());
    if (!own_secrets_) world_.server.cookies.secrets.clear();
    own_secrets_ = true;
    world_.server.cookies.secrets.push_back(key);
  }

  void peer(const std::string& text) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (std::sscanf(text.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d) != 4) return problem("not an IPv4 address");
    peer_ = {static_cast<uint8_t>(a), static_cast<uint8_t>(b), static_cast<uint8_t>(c),
             static_cast<uint8_t>(d)};
  }

  void ask(const Words& words) {
    answer::Asked asked;
    asked.name = words[1];
    const auto type = dns::parse_type(words[2]);
    if (!type) return problem("unknown type " + words[2]);
    asked.type = *type;
    asked.peer = peer_;
    for (size_t i = 3; i < words.size(); i++) {
      if (!word(words[i], asked)) return problem("unknown word " + words[i]);
    }
    compare(world_.exchange(request_of(asked), asked.transport, asked.peer));
  }

  bool word(const std::string& word, answer::Asked& asked) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (const auto rr_class = dns::parse_class(word)) {
      asked.rr_class = *rr_class;
    } else if (name == "tcp") {
      asked.transport = answer::Transport::kTcp;
    } else if (name == "rd") {
      asked.recursion_desired = true;
    } else if (name == "opcode") {
      asked.opcode = static_cast<uint8_t>(std::stoul(value));
    } else {
      asked.edns = true;
      if (name == "do")
        asked.dnssec_ok = true;
      else if (name == "size")
        asked.udp_size = static_cast<uint16_t>(std::stoul(value));
      else if (name == "version")
        asked.version = static_cast<uint8_t>(std::stoul(value));
      else if (name == "nsid")
        option(asked, 3, {});
      else if (name == "cookie")
        option(asked, 10, octets(value));
      else if (name == "keepalive")
        option(asked, 11, {});
      else
        return name == "edns";
    }
    return true;
  }

  static void option(answer::Asked& asked, uint16_t code, const std::vector<uint8_t>& value) {
    for (const size_t number : {size_t{code}, value.size()}) {
      asked.options.push_back(static_cast<uint8_t>(number >> 8));
      asked.options.push_back(static_cast<uint8_t>(number));
    }
    asked.options.insert(asked.options.end(), value.begin(), value.end());
  }

  void send(const Words& words) {
    const bool tcp = words[1] == "tcp";
    std::string hex;
    for (size_t i = tcp ? 2 : 1; i < words.size(); i++) hex += words[i];
    compare(world_.exchange(octets(hex), tcp ? answer::Transport::kTcp : answer::Transport::kUdp, peer_));
  }

  /// Reads the block below a question: all lines that are indented.
  Expected expected() {
    Expected out;
    std::string section;
    while (next()) {
      const Words words = split(line_);
      if (words.empty() || line_[0] != ' ') {
        held_ = !words.empty();
        break;
      }
      if (words[0] == "#") continue;
      if (words[0] == "silence") {
        out.silence = true;
      } else if (words[0] == "header") {
        out.header = join({words.begin() + 1, words.end()});
      } else if (words[0] == "opt") {
        out.opt = join({words.begin() + 1, words.end()});
      } else if (std::count(std::begin(kSections), std::end(kSections), words[0]) != 0) {
        section = words[0];
        auto& lines = out.sections[section];
        if (words.size() == 2) lines.push_back(words[1]);
      } else if (!section.empty()) {
        out.sections[section].push_back(words.size() == 1 ? words[0]
                                                          : line_.substr(line_.find_first_not_of(' ')));
      } else {
        problem("not understood: " + line_);
      }
    }
    return out;
  }

  void compare(const std::vector<uint8_t>& reply) {
    questions_++;
    const size_t line = number_;
    const Expected wanted = expected();
    std::string wrong;
    const auto differ = [&](const std::string& what, const std::string& want, const std::string& got) {
      if (want != got) wrong += fmt::format("\n  {}: expected\n    {}\n  and it is\n    {}", what, want, got);
    };
    if (wanted.silence || reply.empty()) {
      differ("reply", wanted.silence ? "silence" : "a reply", reply.empty() ? "silence" : "a reply");
    } else if (const auto message = answer::MessageReader(reply).read(); !message) {
      wrong = "malformed: " + message.error().text;
    } else {
      differ("header", wanted.header, header_of(*message));
      if (wanted.opt != "any") differ("opt", wanted.opt, opt_of(*message));
      for (size_t i = 0; i < 3; i++) {
        const auto found = wanted.sections.find(kSections[i]);
        const auto lines = found == wanted.sections.end() ? std::vector<std::string>{} : found->second;
        if (lines == std::vector<std::string>{"any"}) continue;
        const auto want = sorted(by_sets_ ? lines : normal(lines, wrong));
        const auto got = sorted(by_sets_ ? answer::sets_of(*message, i) : answer::section_of(*message, i));
        differ(kSections[i], fmt::format("{}", fmt::join(want, "\n    ")),
               fmt::format("{}", fmt::join(got, "\n    ")));
      }
    }
    if (!wrong.empty()) problems_.push_back(fmt::format(":{}: {}", line, wrong));
  }

  std::ifstream in_;
  std::filesystem::path folder_;
  std::string line_;
  size_t number_ = 0;
  bool held_ = false;  ///< line_ was read ahead
  answer::World world_;
  std::array<uint8_t, 4> peer_{192, 0, 2, 99};
  bool own_secrets_ = false;
  bool by_sets_ = false;  ///< sections are compared by owners and types only
  size_t questions_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> play(const std::string& path) {
  return Scenario(path).play();
}

}  // namespace nomen::scenarios
