// Raw zone files are bytes of somebody else's.
#include "zone/check.h"
#include "zone/content_writer.h"
#include "zone/raw.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nomen;
  static const dns::Name apex = *dns::Name::parse("example.com.");
  zone::ContentWriter writer(apex, dns::RRClass::kIn, 0, {});
  Diagnostics diagnostics;
  const auto header = zone::read_raw({data, size}, apex, dns::RRClass::kIn, "raw",
                                     [&](const dns::RecordBatch& batch) { writer.add(batch, diagnostics); });
  const auto content = writer.finish(diagnostics);
  if (!header) return 0;
  zone::check_content(*content, {});
  for (const auto style : {zone::DumpStyle::kFull, zone::DumpStyle::kRelative}) {
    zone::dump_text(*content, style, 0, [](std::string_view) { return true; });
  }
  return 0;
}
