// Jobs on the wire of /management/v1: parameters of a listing, ids in paths, printed jobs.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/http/url.h"
#include "server/service/warehouses.h"
#include "server/store/catalog_store.h"

namespace firn::rest {

/// The parameters `kind`, `state`, `before` (a job's id) and `limit` (1 to 1,000; absent: 1,000).
/// Errors: kInvalidArgument.
Result<store::JobFilter> ParseJobFilter(const http::Query& query);

/// Errors: kNotFound, as for an id that no job has.
Result<store::JobId> ParseJobId(std::string_view text);

/// `warehouses` gives the name of the job's; a job may outlive its warehouse, and has none then.
std::string PrintJob(const store::JobRecord& job,
                     const service::WarehouseDirectory::List& warehouses);
std::string PrintJobs(const std::vector<store::JobRecord>& jobs,
                      const service::WarehouseDirectory::List& warehouses);

}  // namespace firn::rest
