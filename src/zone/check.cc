#include "zone/check.h"

#include "zone/check_apex.h"
#include "zone/check_findings.h"
#include "zone/check_integrity.h"
#include "zone/check_nodes.h"

namespace nomen::zone {

std::string zone_prefix(dns::NameView apex, dns::RRClass rr_class) {
  return "zone " + dns::to_string_no_dot(apex) + "/" + dns::to_string(rr_class) + ": ";
}

CheckResult check_content(const Content& content, const CheckOptions& options, CheckBuffers* buffers) {
  Findings findings(content);
  NodeSurvey survey;
  if (buffers != nullptr) survey.referring.swap(buffers->referring);
  check_nodes(content, options, findings, survey);
  check_apex(content, survey, options.apex_servers, findings);
  // named stops at the first stage with an error: what integrity had to say would be its consequences.
  if (options.integrity && !findings.has_error()) check_integrity(content, options, survey, findings);
  check_keys(content, findings);
  if (buffers != nullptr) survey.referring.swap(buffers->referring);
  return {!findings.has_error(), findings.take()};
}

}  // namespace nomen::zone
