// How a zone takes updates, from its configuration. Thread rule: free functions.
#pragma once
#include <memory>

#include "config/model.h"
#include "update/batch.h"

namespace nomen::server {

/// nullptr when the zone has no update-policy.
std::unique_ptr<const update::UpdatePolicy> update_policy(const config::Zone& zone);
/// `policy` outlives what is made.
update::UpdateSettings update_settings(const config::Zone& zone, const update::UpdatePolicy* policy);

}  // namespace nomen::server
