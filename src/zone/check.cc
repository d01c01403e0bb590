#include "zone/check.h"

#include <algorithm>
#include <vector>

#include "base/os/parallel.h"
#include "zone/check_apex.h"
#include "zone/check_findings.h"
#include "zone/check_integrity.h"
#include "zone/check_nodes.h"

namespace nomen::zone {

std::string zone_prefix(dns::NameView apex, dns::RRClass rr_class) {
  return "zone " + dns::to_string_no_dot(apex) + "/" + dns::to_string(rr_class) + ": ";
}

namespace {

/// What one thread finds.
struct Share {
  explicit Share(const Content& content) : findings(content) {}

  Findings findings;
  NodeSurvey survey;
};

/// The shares of all threads; the first one is the caller's and has what the others found in the end.
class Shares {
 public:
  Shares(const Content& content, unsigned threads)
      : own_(content), others_(std::max(1U, threads) - 1, Share(content)) {}

  Share& own() { return own_; }
  size_t count() const { return others_.size() + 1; }

  /// work(Share&, size_t number) for all of them at once; then what the others found is the caller's.
  template <class Work>
  void run(const Work& work) {
    os::run_in_parallel(count(), [&](size_t i) { work(i == 0 ? own_ : others_[i - 1], i); });
    for (Share& other : others_) {
      own_.findings.take_from(other.findings);
      own_.survey.has_dname |= other.survey.has_dname;
    }
    for (Share& other : others_) other.survey.has_dname = own_.survey.has_dname;
  }

 private:
  Share own_;
  std::vector<Share> others_;
};

}  // namespace

CheckResult check_content(const Content& content, const CheckOptions& options, CheckBuffers* buffers,
                          unsigned threads) {
  Shares shares(content, options.external || !content.is_large() ? 1 : threads);
  auto& [findings, survey] = shares.own();
  if (buffers != nullptr) survey.referring.swap(buffers->referring);
  shares.run([&](Share& share, size_t number) {
    check_nodes(content, options, {number, shares.count()}, share.findings, share.survey);
  });
  check_apex(content, survey, options.apex_servers, findings);
  // named stops at the first stage with an error: what integrity had to say would be its consequences.
  if (options.integrity && !findings.has_error())
    shares.run(
        [&](Share& share, size_t) { check_integrity(content, options, share.survey, share.findings); });
  check_keys(content, findings);
  if (buffers != nullptr) survey.referring.swap(buffers->referring);
  return {!findings.has_error(), findings.take()};
}

}  // namespace nomen::zone
