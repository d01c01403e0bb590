#include "tools/checkzone_verdict.h"

#include <fmt/format.h>

#include "dns/idn_text.h"

namespace nomen::tools {

void print_verdict(const CheckzoneOptions& options, const Trial& trial, std::FILE* to) {
  for (const Diagnostic& diagnostic : trial.diagnostics) {
    // BIND's lines say "warning:" only where they say a place.
    const bool has_place = !diagnostic.position.file.empty();
    fmt::print(to, "{}\n", dns::with_idn_shown(has_place ? to_string(diagnostic) : diagnostic.text));
  }
  const std::string prefix =
      "zone " + dns::to_string_no_dot(options.zone) + "/" + dns::to_string(options.rr_class) + ": ";
  if (!trial.failure.empty()) {
    fmt::print(to, "{}loading from master file {} failed: {}\n", prefix,
               options.file.empty() ? "(stdin)" : options.file, trial.failure);
  }
  if (trial.is_good) {
    fmt::print(to, "{}\n",
               dns::with_idn_shown(fmt::format("{}loaded serial {}{}", prefix, trial.serial.value,
                                               trial.is_signed ? " (DNSSEC signed)" : "")));
  } else {
    fmt::print(to, "{}\n", dns::with_idn_shown(prefix + "not loaded due to errors."));
  }
}

}  // namespace nomen::tools
