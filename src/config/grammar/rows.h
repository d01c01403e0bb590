// The rows of named.conf's grammar, by where they stand: one file of this folder each.
// Thread rule: constants, any thread.
#pragma once
#include <span>

#include "config/grammar.h"

namespace nomen::config {

std::span<const StatementRow> top_rows();
std::span<const StatementRow> server_wide_rows();
std::span<const StatementRow> view_rows();
std::span<const StatementRow> zone_rows();
std::span<const StatementRow> block_rows();
std::span<const StatementRow> newer_rows();
std::span<const StatementRow> retired_rows();
std::span<const StatementRow> our_rows();

}  // namespace nomen::config
