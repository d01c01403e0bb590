// Statements that BIND does not have. `named-checkconf` of BIND refuses a file with one of them.
#include "config/grammar_rows.h"

namespace nomen::config {
namespace {

constexpr StatementRow kRows[] = {
    {.name = "zone-images",
     .places = kOpt,
     .shape = "<boolean>",
     .default_text = "yes",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "large zones are kept in a form that is served at once after a restart"},
};

}  // namespace

std::span<const StatementRow> our_rows() {
  return kRows;
}

}  // namespace nomen::config
