// Statements that BIND does not have. `named-checkconf` of BIND refuses a file with one of them.
#include "config/grammar/words.h"

namespace nomen::config {
namespace {

constexpr StatementRow kOursRows[] = {
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
    {.name = "catalog-group-options",
     .places = kTop | kView,
     .shape = "<string> { @zone }",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .repeats = true,
     .note = "what members of `catalog-zones` that are in the group of this name (RFC 9432) are like: what a "
             "secondary zone may say but `file`, and `primaries` in place of default-primaries"},
    {.name = "catalog-zone",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "<string>",
     .default_text = "none",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "the generated catalog that lists the zone"},
    {.name = "zone-history",
     .places = kOpt | kView | kZone,
     .zones = kP,
     .shape = "<boolean>",
     .default_text = "yes",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note =
         "what a zone's file changes when it is read again is a row of the log of versions, and is sent as "
         "IXFR; zones that take updates have a log in any case"},
    {.name = "zone-history-age",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "( unlimited | <duration> )",
     .default_text = "unlimited",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "older versions go from the log, but for the newest one and those that the zone's file does not "
             "have yet"},
    {.name = "zone-history-size",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "( default | unlimited | <sizeval> )",
     .default_text = "default",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "what the zone's versions may take in the log; by default `max-journal-size` where that is "
             "written, or else 64 MB or 128 octets for each record, if that is more"},
    {.name = "zone-history-versions",
     .places = kOpt | kView | kZone,
     .zones = kP | kS,
     .shape = "( unlimited | <integer> )",
     .default_text = "unlimited",
     .status = Status::kObeyed,
     .lifecycle = Lifecycle::kOurs,
     .note = "so many versions are kept in the log, and those that the zone's file does not have yet"},
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
  return kOursRows;
}

}  // namespace nomen::config
