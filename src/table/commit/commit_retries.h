// How often and how long a commit is tried. Source: table properties `commit.retry.*` and
// `commit.status-check.*`; names and defaults are the reference implementation's.
//
// Errors: kInvalidArgument where a property is no number. Thread-safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "iceberg/metadata/table_properties.h"
#include "table/commit/commit_tools.h"

namespace firn::table {

struct CommitRetries {
  /// After the first attempt.
  int32_t retries = 4;
  std::chrono::milliseconds min_wait{100};
  std::chrono::milliseconds max_wait{60'000};
  /// From the first attempt to the beginning of the last.
  std::chrono::milliseconds total{1'800'000};
};

/// `prefix`: `commit.retry` or `commit.status-check`; what the properties lack is as in `defaults`.
Result<CommitRetries> ReadCommitRetries(const iceberg::PropertyMap& properties,
                                        std::string_view prefix,
                                        const CommitRetries& defaults);

/// Pauses between attempts: doubling, with jitter, so that writers that lost together do not come
/// back together.
class CommitPauses {
 public:
  CommitPauses(const CommitRetries& retries, const CommitTools& tools);

  /// Waits; false where attempts or time are used up: then nothing was waited.
  bool Wait();

 private:
  CommitRetries retries_;
  const CommitTools& tools_;
  MonotonicTime deadline_;
  int32_t waited_ = 0;
};

}  // namespace firn::table
