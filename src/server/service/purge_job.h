// RunPurge: deletes every file that a dropped table owns, found by walking its metadata: metadata
// files of its log, manifest lists, manifests, data and delete files, Puffin and statistics files.
// Never a prefix. A missing file is success. What the table names but does not own
// (purge_scope.h), and what this server cannot reach, is left and counted; folders left empty go.
//
// Refused (kCommitConflict) while another object of the catalog shares the table's uuid or another
// table lies in an overlapping location. Deleting is repeated from the start where it was
// interrupted; the current metadata file goes last, so that the walk can always begin again.
// Thread-safety: any thread; stops early with kUnavailable once `stop` is set.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/result.h"
#include "server/service/environment.h"

namespace firn::service {

/// How long a job is its runner's: from its claim, and from each renewal.
inline constexpr int64_t kLeaseMs = 60'000;

Status RunPurge(const Environment& environment,
                const store::JobRecord& job,
                const std::atomic<bool>& stop);

}  // namespace firn::service
