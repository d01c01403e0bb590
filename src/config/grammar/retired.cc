// Statements that no longer exist in BIND 9.18: known by name only, to say so instead of "unknown".
#include "config/grammar/words.h"

namespace nomen::config {
namespace {

constexpr StatementRow retired(std::string_view name, Places places) {
  return {.name = name,
          .places = places,
          .zones = (places & kZone) != 0 ? ZoneTypes(~0U) : ZoneTypes(0),
          .status = Status::kRefused,
          .lifecycle = Lifecycle::kAncient,
          .repeats = true};
}

constexpr StatementRow kRetiredRows[] = {
    retired("acache-cleaning-interval", kOpt | kView),
    retired("acache-enable", kOpt | kView),
    retired("additional-from-auth", kOpt | kView),
    retired("additional-from-cache", kOpt | kView),
    retired("allow-v6-synthesis", kOpt | kView),
    retired("cache-file", kOpt | kView),
    retired("cleaning-interval", kOpt | kView),
    retired("deallocate-on-exit", kOpt),
    retired("dnssec-enable", kOpt | kView),
    retired("dnssec-lookaside", kOpt | kView),
    retired("fake-iquery", kOpt),
    retired("fetch-glue", kOpt | kView),
    retired("filter-aaaa", kOpt | kView),
    retired("filter-aaaa-on-v4", kOpt | kView),
    retired("filter-aaaa-on-v6", kOpt | kView),
    retired("geoip-use-ecs", kOpt),
    retired("has-old-clients", kOpt),
    retired("host-statistics", kOpt),
    retired("host-statistics-max", kOpt),
    retired("ixfr-base", kZone),
    retired("ixfr-tmp-file", kZone),
    retired("lwres", kTop),
    retired("maintain-ixfr-base", kOpt | kView | kZone),
    retired("max-acache-size", kOpt | kView),
    retired("max-ixfr-log-size", kOpt | kView | kZone),
    retired("min-roots", kOpt | kView),
    retired("multiple-cnames", kOpt),
    retired("named-xfer", kOpt),
    retired("nosit-udp-size", kOpt | kView),
    retired("pubkey", kZone),
    retired("queryport-pool-ports", kOpt | kView),
    retired("queryport-pool-updateinterval", kOpt | kView),
    retired("request-sit", kOpt | kView | kServer),
    retired("rfc2308-type1", kOpt | kView),
    retired("serial-queries", kOpt),
    retired("sit-secret", kOpt),
    retired("statistics-interval", kOpt),
    retired("support-ixfr", kServer),
    retired("topology", kOpt | kView),
    retired("treat-cr-as-space", kOpt),
    retired("use-id-pool", kOpt),
    retired("use-ixfr", kOpt),
    retired("use-queryport-pool", kOpt | kView),
};

}  // namespace

std::span<const StatementRow> retired_rows() {
  return kRetiredRows;
}

}  // namespace nomen::config
