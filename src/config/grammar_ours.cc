// Statements that BIND does not have. `named-checkconf` of BIND refuses a file with one of them.
#include "config/grammar_rows.h"

namespace nomen::config {
namespace {

constexpr StatementRow kRows[] = {
    {.name = "catalog-generate",
     .places = kZone,
     .zones = kP,
     .shape = "<boolean>",
     .default_text = "no",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "the zone is a catalog (RFC 9432) of the zones that name it in `catalog-zone`; the server makes "
             "its versions and writes its file"},
    {.name = "catalog-group",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "<string>",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "the zone's group in its generated catalog"},
    {.name = "catalog-zone",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "<string>",
     .default_text = "none",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "the generated catalog that lists the zone"},
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
