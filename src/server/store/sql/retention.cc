#include "server/store/sql/retention.h"

#include <utility>
#include <vector>

#include "server/store/sql/text/jobs.h"
#include "server/store/sql/text/logs.h"
#include "server/store/sql/text/namespaces.h"
#include "server/store/sql/text/plans.h"

namespace firn::store::sql {

Status Retention::Step(Session& session, TimestampMs now) {
  std::vector<int64_t> warehouses;
  RETURN_IF_ERROR(session.Query(kListWarehouses, {}, [&](const Row& row) -> Status {
    warehouses.push_back(row.Int(0));
    return {};
  }));
  for (int64_t warehouse : warehouses) {
    RETURN_IF_ERROR(session.Execute(
        kTrimEvents,
        {{":warehouse", warehouse}, {":keep", limits_.max_events}, {":step", kStepRows}}));
  }
  const std::pair<const Statement*, int64_t> counted[] = {
      {&kTrimVersions, limits_.max_object_versions},
      {&kTrimAttempts, limits_.max_commit_attempts},
      {&kTrimAudit, limits_.max_audit_rows},
      {&kTrimJobs, limits_.max_finished_jobs},
  };
  for (const auto& [statement, keep] : counted) {
    RETURN_IF_ERROR(session.Execute(*statement, {{":keep", keep}, {":step", kStepRows}}));
  }
  const std::pair<const Statement*, int64_t> expired[] = {
      {&kTrimOutcomes, kStepRows}, {&kTrimStagedTables, kStepRows}, {&kTrimPlans, kStepPlans}};
  for (const auto& [statement, step] : expired) {
    RETURN_IF_ERROR(session.Execute(*statement, {{":now", now.value()}, {":step", step}}));
  }
  return TrimReports(session);
}

Status Retention::TrimReports(Session& session) {
  int64_t counted = reports_.empty() ? 0 : reports_.back().id;
  RETURN_IF_ERROR(session.Query(kReportSizes, {{":after", counted}, {":step", 2 * kStepRows}},
                                [&](const Row& row) -> Status {
                                  reports_.push_back({row.Int(0), row.Int(1)});
                                  report_bytes_ += row.Int(1);
                                  return {};
                                }));
  int64_t last = 0;
  auto keep = static_cast<size_t>(limits_.max_metrics_reports);
  for (int64_t step = 0; step < kStepRows && !reports_.empty(); ++step) {
    if (reports_.size() <= keep && report_bytes_ <= limits_.max_metrics_report_bytes) {
      break;
    }
    last = reports_.front().id;
    report_bytes_ -= reports_.front().bytes;
    reports_.pop_front();
  }
  if (last > 0) {
    RETURN_IF_ERROR(session.Execute(kTrimReports, {{":last", last}}));
  }
  return {};
}

}  // namespace firn::store::sql
