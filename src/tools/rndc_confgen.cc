#include "tools/rndc_confgen.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/os/file.h"
#include "control/rndc_message.h"
#include "net/address.h"
#include "net/descriptor.h"
#include "tools/key_statement.h"
#include "tools/rndc_client.h"

namespace nomen::tools {

namespace {

struct ConfgenOptions {
  bool automatic = false;  ///< -a: write the key file
  bool quiet = false;
  std::string algorithm = "hmac-sha256";
  std::optional<unsigned> key_bits;
  std::string key_file = config::kRndcKeyFile;
  std::string key_name = "rndc-key";
  uint16_t port = kRndcPort;
  std::string address = "127.0.0.1";
  std::string chroot;
  std::string user;
};

void print_confgen_usage() {
  fmt::print(
      stderr,
      "Usage: rndc-confgen [-a] [-A algorithm] [-b bits] [-c keyfile] [-k keyname] [-p port] [-q]\n"
      "\t[-s address] [-t chrootdir] [-u user]\n\n"
      "  -a            write the key file that named and rndc read by default, rather than print\n"
      "                a configuration\n"
      "  -A algorithm  hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256 (default), hmac-sha384, hmac-sha512\n"
      "  -b bits       length of the key, 1 to 512 (default: that of the hash)\n"
      "  -c keyfile    the key file (default: {})\n"
      "  -k keyname    name of the key (default: rndc-key)\n"
      "  -p port       port of the control channel (default: {})\n"
      "  -q            do not say which file was written\n"
      "  -s address    address of the control channel (default: 127.0.0.1)\n"
      "  -t chrootdir  write a second copy of the key file under this directory\n"
      "  -u user       make the key file (with -t, its copy) belong to this user\n",
      config::kRndcKeyFile, kRndcPort);
}

int confgen_failure(const std::string& text) {
  fmt::print(stderr, "rndc-confgen: {}\n", text);
  return 1;
}

template <class Number>
Result<Number> parse_confgen_number(std::string_view text, Number least, Number most, std::string_view what) {
  Number value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < least || value > most)
    return failure(fmt::format("{} '{}' out of range", what, text));
  return value;
}

Result<void> take_confgen_option(int option, const char* value, ConfgenOptions& options) {
  switch (option) {
    case 'a':
      options.automatic = true;
      break;
    case 'A':
      options.algorithm = value;
      break;
    case 'b': {
      const Result<unsigned> bits = parse_confgen_number<unsigned>(value, 1, 512, "keysize");
      if (!bits) return std::unexpected(bits.error());
      options.key_bits = *bits;
      break;
    }
    case 'c':
      options.key_file = value;
      break;
    case 'k':
    case 'y':
      options.key_name = value;
      break;
    case 'p': {
      const Result<uint16_t> port = parse_confgen_number<uint16_t>(value, 1, 65535, "port");
      if (!port) return std::unexpected(port.error());
      options.port = *port;
      break;
    }
    case 'q':
      options.quiet = true;
      break;
    case 's':
      if (!net::IpAddress::parse(value)) return failure(fmt::format("'{}' is not an address", value));
      options.address = value;
      break;
    case 't':
      options.chroot = value;
      break;
    case 'u':
      options.user = value;
      break;
    default:
      break;  // -M and -m, BIND's memory debugging
  }
  return {};
}

std::string key_of(const ConfgenOptions& options, std::string_view secret, std::string_view margin) {
  return key_statement(options.key_name, options.algorithm, secret, margin);
}

/// Readable by its owner only; a file that is there already is replaced.
Result<void> write_key_file(const std::string& path, const std::string& text, const std::string& user) {
  ::unlink(path.c_str());
  const net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid())
    return failure(fmt::format("unable to create '{}': {}", path, os::system_error_text(errno)));
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return failure(fmt::format("write to '{}' failed: {}", path, os::system_error_text(errno)));
  if (user.empty()) return {};
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return failure(fmt::format("unknown user '{}'", user));
  if (::fchown(file.get(), entry->pw_uid, entry->pw_gid) != 0)
    return failure(fmt::format("unable to set the owner of '{}': {}", path, os::system_error_text(errno)));
  return {};
}

int write_key_files(const ConfgenOptions& options, const std::string& secret) {
  const std::string text = key_of(options, secret, "");
  std::vector<std::pair<std::string, std::string>> files = {
      {options.key_file, options.chroot.empty() ? options.user : ""}};
  if (!options.chroot.empty()) files.emplace_back(options.chroot + "/" + options.key_file, options.user);
  for (const auto& [path, user] : files) {
    if (const Result<void> written = write_key_file(path, text, user); !written)
      return confgen_failure(written.error().text);
    if (!options.quiet) fmt::print("wrote key file \"{}\"\n", path);
  }
  return 0;
}

void print_configuration(const ConfgenOptions& options, const std::string& secret) {
  fmt::print(
      "# Start of rndc.conf\n{}\noptions {{\n\tdefault-key \"{}\";\n\tdefault-server {};\n\tdefault-port "
      "{};\n}};\n"
      "# End of rndc.conf\n\n",
      key_of(options, secret, ""), options.key_name, options.address, options.port);
  fmt::print(
      "# For named.conf; let the allow list name those who may use the channel:\n{}#\n# controls {{\n"
      "#\tinet {} port {}\n#\t\tallow {{ {}; }} keys {{ \"{}\"; }};\n# }};\n# End of named.conf\n",
      key_of(options, secret, "# "), options.address, options.port, options.address, options.key_name);
}

}  // namespace

int rndc_confgen_main(int argc, char** argv) {
  ConfgenOptions options;
  ::opterr = 0;
  ::optind = 1;
  int option = 0;
  while ((option = ::getopt(argc, argv, "+aA:b:c:hk:Mmp:qs:t:u:y:")) != -1) {
    if (option == 'h') {
      print_confgen_usage();
      return 0;
    }
    if (option == '?') {
      fmt::print(stderr, "rndc-confgen: invalid argument -{}\n", static_cast<char>(::optopt));
      print_confgen_usage();
      return 1;
    }
    if (const Result<void> taken = take_confgen_option(option, ::optarg, options); !taken)
      return confgen_failure(taken.error().text);
  }
  if (::optind != argc) {
    print_confgen_usage();
    return 1;
  }
  const std::optional<crypto::DigestAlgorithm> algorithm = control::parse_hmac_name(options.algorithm);
  if (!algorithm) return confgen_failure("unsupported algorithm " + options.algorithm);
  const size_t bits = options.key_bits.value_or(static_cast<unsigned>(crypto::digest_size(*algorithm) * 8));
  const std::string secret = make_secret(bits);
  if (options.automatic) return write_key_files(options, secret);
  print_configuration(options, secret);
  return 0;
}

}  // namespace nomen::tools
