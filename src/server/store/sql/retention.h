// Retention: how much history the database keeps, trimmed a bounded step at a time by the writer.
//
// Thread-safety: the writer thread only.
#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.h"
#include "base/result.h"
#include "server/store/sql/session/session.h"

namespace firn::store::sql {

/// Rows kept of each kind; the oldest go first.
struct RetentionLimits {
  /// Per warehouse.
  int64_t max_events = 1'000'000;
  int64_t max_object_versions = 1'000'000;
  int64_t max_commit_attempts = 500'000;
  int64_t max_metrics_reports = 100'000;
  /// Of all metrics reports together.
  int64_t max_metrics_report_bytes = int64_t{256} << 20;
  int64_t max_audit_rows = 1'000'000;
  int64_t max_finished_jobs = 10'000;
};

class Retention {
 public:
  explicit Retention(const RetentionLimits& limits) : limits_(limits) {}

  /// Deletes at most kStepRows rows of each kind; expired outcomes, staged tables
  /// and plans too. To be
  /// called inside a transaction.
  Status Step(Session& session, TimestampMs now);

  static constexpr int64_t kStepRows = 512;
  /// Plans may be made by many threads between two steps.
  static constexpr int64_t kStepPlans = 4096;

 private:
  struct Report {
    int64_t id = 0;
    int64_t bytes = 0;
  };

  Status TrimReports(Session& session);

  RetentionLimits limits_;
  /// The reports there are, oldest first, as far as they have been counted: a step looks at a
  /// bounded number of new ones.
  std::deque<Report> reports_;
  int64_t report_bytes_ = 0;
};

}  // namespace firn::store::sql
