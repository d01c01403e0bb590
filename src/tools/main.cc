// nomen: one program. Called by the name of one of BIND's programs it is that program; called as nomen, its
// first argument says which.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "tools/checkconf.h"
#include "tools/checkconf_zones.h"
#include "tools/checkzone.h"
#include "tools/ctl.h"
#include "tools/named.h"
#include "tools/rndc.h"
#include "tools/rndc_confgen.h"
#include "tools/tsig_keygen.h"
#include "tools/zone.h"

namespace {

void print_help(FILE* to) {
  fmt::print(to,
             "nomen {}: a DNS server\n"
             "\n"
             "usage: nomen COMMAND [ARGUMENTS]   (nomen COMMAND --help tells more)\n"
             "\n"
             "  serve      answer queries, as a named.conf says\n"
             "  checkconf  say whether a named.conf is valid, and what of it this version does\n"
             "  checkzone  say whether a zone file is good; print it in canonical form\n"
             "  key        make a key for signed transactions (TSIG)\n"
             "  zone       the versions of a zone: list, compare, show who changed what, go back\n"
             "  ctl        ask or tell a running server: status, reload, ...\n"
             "\n"
             "Under the names named, named-checkconf, named-checkzone, named-compilezone, rndc,\n"
             "rndc-confgen, tsig-keygen and ddns-confgen (links beside this program) it takes BIND's own\n"
             "flags.\n",
             NOMEN_VERSION);
}

std::string_view base_name(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace nomen::tools;
  const std::string_view name = base_name(argv[0]);
  if (name == "named") return named_main(argc, argv, false);
  if (name == "named-checkconf") return checkconf_main(argc, argv, true, zone_tester());
  if (name == "named-checkzone") return checkzone_main(argc, argv, CheckzoneFace::kNamedCheckzone);
  if (name == "named-compilezone") return checkzone_main(argc, argv, CheckzoneFace::kNamedCompilezone);
  if (name == "rndc") return rndc_main(argc, argv);
  if (name == "rndc-confgen") return rndc_confgen_main(argc, argv);
  if (name == "tsig-keygen") return tsig_keygen_main(argc, argv, KeygenFace::kTsigKeygen);
  if (name == "ddns-confgen") return tsig_keygen_main(argc, argv, KeygenFace::kDdnsConfgen);
  if (argc < 2) {
    print_help(stderr);
    return 2;
  }
  const std::string_view command = argv[1];
  if (command == "--help" || command == "-h" || command == "help") {
    print_help(stdout);
    return 0;
  }
  if (command == "--version" || command == "-v") {
    fmt::print("nomen {}\n", NOMEN_VERSION);
    return 0;
  }
  if (command == "serve") return named_main(argc - 1, argv + 1, true);
  if (command == "checkconf") return checkconf_main(argc - 1, argv + 1, false, zone_tester());
  if (command == "checkzone") return checkzone_main(argc - 1, argv + 1, CheckzoneFace::kNomen);
  if (command == "key") return key_main(argc - 1, argv + 1);
  if (command == "zone") return zone_main(argc - 1, argv + 1);
  if (command == "ctl") return ctl_main(argc - 1, argv + 1);
  fmt::print(stderr, "nomen: unknown command '{}'\n\n", command);
  print_help(stderr);
  return 2;
}
