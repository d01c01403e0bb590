// Statements that BIND 9.20 or 9.21 added to the language of 9.18. They parse, so that a newer file can be
// read; what they ask for beyond 9.18 is judged by their status.
#include "config/grammar/words.h"

namespace nomen::config {
namespace {

constexpr StatementRow newer(std::string_view name, Places places, ZoneTypes zones, std::string_view shape,
                             std::string_view default_text, std::string_view note,
                             Status status = Status::kHarmless, std::string_view nothing = {}) {
  return {.name = name,
          .places = places,
          .zones = zones,
          .shape = shape,
          .default_text = default_text,
          .status = status,
          .nothing = nothing,
          .lifecycle = Lifecycle::kNewer,
          .note = note};
}

constexpr StatementRow repeating(StatementRow row) {
  row.repeats = true;
  return row;
}

constexpr std::string_view kRecursion = "only recursion uses it";
constexpr std::string_view kSigning = "signing is not there yet";

constexpr StatementRow kNewerRows[] = {
    repeating(newer("remote-servers", kTop, 0, kNamedRemote, "", "", Status::kObeyed)),
    repeating(newer("key-store", kTop, 0, "<string> { @key-store }", "", kSigning, Status::kHarmless)),
    newer("directory", kKeyStore, 0, "<string>", "", kSigning),
    newer("pkcs11-uri", kKeyStore, 0, "<quoted_string>", "", kSigning),
    newer("allow-proxy", kOpt | kView, 0, kMatch, "{ none; }", "PROXY is not there yet", Status::kRefused,
          "{ none; }|{ }"),
    newer("allow-proxy-on", kOpt | kView, 0, kMatch, "{ any; }", "PROXY is not there yet"),
    newer("check-svcb", kOpt | kView | kZone, kP, "<boolean>", "yes", ""),
    newer("checkds", kOpt | kView | kZone, kP | kS, "( explicit | <boolean> )", "no", kSigning,
          Status::kHarmless, "no"),
    newer("ede", kOpt | kView, 0, "{ <string>; ... }", "", "extended errors are always sent"),
    newer("log-report-channel", kZone, kP | kS, "<boolean>", "no", "error reports are not logged",
          Status::kHarmless, "no"),
    newer("send-report-channel", kOpt | kView | kZone, kP | kS, "<string>", ".",
          "report channels are not announced", Status::kHarmless, "."),
    newer("initial-file", kZone, kP | kS, "<quoted_string>", "", "the file itself must exist",
          Status::kRefused),
    newer("max-delegation-servers", kOpt | kView, 0, "<integer>", "13", kRecursion),
    newer("max-validations-per-fetch", kOpt | kView, 0, "<integer>", "16", kRecursion),
    newer("max-validation-failures-per-fetch", kOpt | kView, 0, "<integer>", "1", kRecursion),
    newer("min-transfer-rate-in", kOpt | kView | kZone, kS | kM | kT, "<integer> <integer>", "10240 5", "",
          Status::kObeyed),
    newer("resolver-use-dns64", kOpt | kView, 0, "<boolean>", "no", kRecursion, Status::kHarmless, "no"),
    newer("responselog", kOpt, 0, "<boolean>", "no", "responses are not logged", Status::kHarmless, "no"),
    newer("sig0checks-quota", kOpt, 0, "<integer>", "1", "SIG(0) is not supported"),
    newer("sig0checks-quota-exempt", kOpt, 0, kMatch, "{ none; }", "SIG(0) is not supported"),
    newer("sig0key-checks-limit", kOpt | kView, 0, "<integer>", "16", "SIG(0) is not supported"),
    newer("sig0message-checks-limit", kOpt | kView, 0, "<integer>", "2", "SIG(0) is not supported"),
    newer("tcp-primaries-timeout", kOpt, 0, "<integer>", "150", "", Status::kStored),
    newer("dnssec-validation-cache", kOpt | kView, 0, "<boolean>", "yes", kRecursion),
    newer("require-cookie", kServer, 0, "<boolean>", "no", kRecursion, Status::kStored, "no"),
    newer("ede", kServer, 0, "{ <string>; ... }", "", kRecursion, Status::kStored),
    newer("cipher-suites", kTls, 0, "<string>", "", "", Status::kObeyed),
    newer("inline-signing", kPolicy, 0, "<boolean>", "yes", kSigning),
    newer("cdnskey", kPolicy, 0, "<boolean>", "yes", kSigning),
    newer("cds-digest-types", kPolicy, 0, "{ <string>; ... }", "{ 2; }", kSigning),
    newer("offline-ksk", kPolicy, 0, "<boolean>", "no", kSigning),
    newer("manual-mode", kPolicy, 0, "<boolean>", "no", kSigning),
};

}  // namespace

std::span<const StatementRow> newer_rows() {
  return kNewerRows;
}

}  // namespace nomen::config
