// A journal that BIND has left, with anything in it: its steps are a chain, or it is refused.
#include "base/contract.h"
#include "store/bind_journal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  static const dns::Name apex = *dns::Name::parse("example.");
  const auto steps = store::read_bind_journal({data, size}, apex, dns::RRClass::kIn);
  if (!steps) return 0;
  for (size_t i = 1; i < steps->size(); i++) NOMEN_ENSURE((*steps)[i - 1].to == (*steps)[i].from);
  for (const auto& step : *steps) NOMEN_ENSURE(!step.change->removed.empty() && !step.change->added.empty());
  return 0;
}
