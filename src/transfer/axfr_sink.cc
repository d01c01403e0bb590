#include "transfer/axfr_sink.h"

#include <algorithm>

#include "dns/append_record.h"
#include "transfer/limits.h"

namespace nomen::transfer {

namespace {

Result<void> first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::kError) return failure(diagnostic.text);
  }
  return {};
}

}  // namespace

AxfrSink::AxfrSink(dns::NameView apex, dns::RRClass rr_class, zone::ContentPtr current,
                   const zone::ContentLimits& limits)
    : apex_(apex), rr_class_(rr_class), current_(std::move(current)), limits_(limits) {
  batch_.file = &source_;
  if (current_ != nullptr) {
    difference_.emplace(current_);
  } else {
    writer_.emplace(apex_, rr_class_, 0, limits_);
  }
}

AxfrSink::~AxfrSink() = default;

void AxfrSink::add(dns::NameView owner, dns::RRType type, uint32_t ttl_s, Bytes rdata) {
  dns::append_record(batch_, owner, type, rr_class_, ttl_s, rdata);
}

Result<void> AxfrSink::flush() {
  if (batch_.records.empty()) return {};
  batch_.bytes.resize(batch_.bytes.size() + dns::kBatchPadding);
  diagnostics_.clear();  // warnings say nothing that the primary has not been told
  if (difference_) {
    difference_->add(batch_, diagnostics_);
    const size_t too_many = std::max(kLeastDifferenceBytes, current_->memory_bytes() / kDifferenceShare);
    if (difference_->new_bytes() > too_many) build_anew();
  } else {
    writer_->add(batch_, diagnostics_);
  }
  batch_.bytes.clear();
  batch_.records.clear();
  return first_error(diagnostics_);
}

void AxfrSink::build_anew() {
  writer_.emplace(apex_, rr_class_, current_->node_count(), limits_);
  difference_->replay([&](const dns::RecordBatch& batch) { writer_->add(batch, diagnostics_); });
  difference_.reset();
}

Result<AxfrSink::Version> AxfrSink::finish() {
  if (const auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
  if (difference_) return finish_difference();
  diagnostics_.clear();
  Version version{writer_->finish(diagnostics_), nullptr};
  if (const auto good = first_error(diagnostics_); !good) return std::unexpected(good.error());
  return version;
}

Result<AxfrSink::Version> AxfrSink::finish_difference() {
  auto change = std::make_shared<zone::Change>(difference_->finish());
  difference_.reset();
  if (change->empty()) return Version{current_, std::move(change)};
  zone::ContentWriter writer(*current_, limits_);
  if (const auto applied = writer.apply(*change); !applied) return std::unexpected(applied.error());
  diagnostics_.clear();
  Version version{writer.finish(diagnostics_), std::move(change)};
  if (const auto good = first_error(diagnostics_); !good) return std::unexpected(good.error());
  return version;
}

}  // namespace nomen::transfer
