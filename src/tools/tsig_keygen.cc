#include "tools/tsig_keygen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "control/rndc_message.h"
#include "tools/key_statement.h"

namespace nomen::tools {

namespace {

struct KeygenOptions {
  std::string algorithm = "hmac-sha256";
  std::string key_name;
  std::string updated_name;  ///< -s: the key may update this name only
  std::string updated_zone;  ///< -z: the key may update this zone
  bool quiet = false;
};

/// The names under which this is called, and how their words are read.
struct Face {
  const char* program;
  const char* flags;  ///< for getopt
  const char* usage;
  const char* default_name;
};

constexpr Face kFaces[] = {
    {"tsig-keygen", "+:a:hM",
     "Usage:\n tsig-keygen [-a alg] [keyname]\n"
     "  -a alg:        hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256 (default), hmac-sha384, hmac-sha512\n",
     "tsig-key"},
    {"ddns-confgen", "+:a:hk:Mqs:y:z:",
     "Usage:\n ddns-confgen [-a alg] [-k keyname] [-q] [-s name | -z zone]\n"
     "  -a alg:        hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256 (default), hmac-sha384, hmac-sha512\n"
     "  -k keyname:    name of the key\n"
     "  -s name:       the domain name that the key may update\n"
     "  -z zone:       the zone that the key may update\n"
     "  -q:            print the key and nothing else\n",
     "ddns-key"},
    {"nomen key tsig", ":a:h",
     "usage: nomen key tsig [NAME] [-a ALGORITHM]\n"
     "\n"
     "Prints the key statement of a new TSIG key, for named.conf, nsupdate -k and dig -k.\n"
     "  -a ALGORITHM  hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256 (default), hmac-sha384, hmac-sha512\n",
     "tsig-key"},
};

int keygen_failure(const Face& face, std::string_view text) {
  fmt::print(stderr, "{}: {}\n", face.program, text);
  return 1;
}

int misused(const Face& face) {
  fmt::print(stderr, "{}", face.usage);
  return 1;
}

void take_keygen_option(int option, const char* value, KeygenOptions& options) {
  switch (option) {
    case 'a':
      options.algorithm = value;
      break;
    case 'k':
    case 'y':
      options.key_name = value;
      break;
    case 's':
      options.updated_name = value;
      break;
    case 'z':
      options.updated_zone = value;
      break;
    case 'q':
      options.quiet = true;
      break;
    default:
      break;  // -M, BIND's memory debugging
  }
}

std::string key_name_of(const Face& face, const KeygenOptions& options) {
  if (!options.key_name.empty()) return options.key_name;
  const std::string& updated = options.updated_name.empty() ? options.updated_zone : options.updated_name;
  return updated.empty() ? face.default_name : fmt::format("{}.{}", face.default_name, updated);
}

/// What of named.conf lets the key update what was named.
std::string grant_text(const KeygenOptions& options, std::string_view key_name) {
  const bool one_name = !options.updated_name.empty();
  const std::string zone = one_name ? fmt::format("the zone of {}", options.updated_name)
                           : options.updated_zone.empty() ? "each zone that the key may update"
                                                          : fmt::format("zone {}", options.updated_zone);
  const std::string rule = one_name ? fmt::format("name {} ANY", options.updated_name) : "zonesub ANY";
  return fmt::format("# For the zone statement of {}:\nupdate-policy {{\n\tgrant {} {};\n}};\n", zone,
                     key_name, rule);
}

void print_for_updates(const KeygenOptions& options, std::string_view key_name, std::string_view statement) {
  fmt::print("# For named.conf, and alone in a file of its own where updates are sent from:\n{}\n{}\n",
             statement, grant_text(options, key_name));
  fmt::print("# An update is then signed by\nnsupdate -k <keyfile>\n");
}

}  // namespace

int tsig_keygen_main(int argc, char** argv, KeygenFace which) {
  const Face& face = kFaces[static_cast<size_t>(which)];
  KeygenOptions options;
  ::opterr = 0;
  ::optind = 1;
  int option = 0;
  while ((option = ::getopt(argc, argv, face.flags)) != -1) {
    if (option == 'h') {
      fmt::print(which == KeygenFace::kNomen ? stdout : stderr, "{}", face.usage);
      return 0;
    }
    if (option == '?' && ::optopt == 'r')
      return keygen_failure(face, "option -r is gone: the system's random numbers are used");
    if (option == '?' || option == ':') {
      keygen_failure(face, fmt::format("invalid argument -{}", static_cast<char>(::optopt)));
      return misused(face);
    }
    take_keygen_option(option, ::optarg, options);
  }
  if (which != KeygenFace::kDdnsConfgen && ::optind < argc) options.key_name = argv[::optind++];
  if (::optind != argc) return misused(face);
  if (!options.updated_name.empty() && !options.updated_zone.empty()) return misused(face);
  const std::optional<crypto::DigestAlgorithm> algorithm = control::parse_hmac_name(options.algorithm);
  if (!algorithm) return keygen_failure(face, fmt::format("Unsupported algorithm '{}'", options.algorithm));
  const std::string key_name = key_name_of(face, options);
  const std::string statement = key_statement(key_name, control::hmac_name(*algorithm),
                                              make_secret(crypto::digest_size(*algorithm) * 8));
  if (which == KeygenFace::kDdnsConfgen && !options.quiet) {
    print_for_updates(options, key_name, statement);
  } else {
    fmt::print("{}", statement);
  }
  return 0;
}

int key_main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "tsig") return tsig_keygen_main(argc - 1, argv + 1, KeygenFace::kNomen);
  const bool asked = what == "--help" || what == "-h";
  fmt::print(asked ? stdout : stderr, "usage: nomen key tsig [NAME] [-a ALGORITHM]\n");
  return asked ? 0 : 2;
}

}  // namespace nomen::tools
