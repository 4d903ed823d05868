#include "cli/data/selection.h"

#include <utility>

#include <fmt/format.h>

#include "base/duration.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/schema/time_text.h"

namespace firn::cli {
namespace {

using iceberg::SnapshotId;

Result<table::SnapshotScan> SnapshotScanOf(const Selection& selection) {
  if (selection.snapshot) {
    return table::SnapshotScan{SnapshotId(*selection.snapshot)};
  }
  if (!selection.ref.empty()) {
    return table::SnapshotScan{table::RefName{selection.ref}};
  }
  if (!selection.as_of.empty()) {
    ASSIGN_OR_RETURN(TimestampMs time, iceberg::ReadTime(selection.as_of));
    return table::SnapshotScan{table::AsOf{time}};
  }
  return table::SnapshotScan{};
}

}  // namespace

void AddSnapshotFlags(CLI::App& app, Selection& selection) {
  auto* as_of = app.add_option("--as-of", selection.as_of,
                               "The table as it was then: a time in UTC, 2026-11-29T08:00:00");
  auto* ref = app.add_option("--ref", selection.ref, "A branch or tag");
  auto* snapshot = app.add_option("--snapshot", selection.snapshot, "A snapshot by its id");
  as_of->excludes(ref)->excludes(snapshot);
  ref->excludes(snapshot);
}

void AddSelectionFlags(CLI::App& app, Selection& selection) {
  app.add_option("--where", selection.where, "Rows that match, as in SQL: \"price > 10\"");
  AddSnapshotFlags(app, selection);
  app.add_option("--after", selection.after,
                 "Only what appends brought after this snapshot, up to --snapshot or the newest")
      ->excludes("--as-of")
      ->excludes("--ref");
  app.add_flag("--ignore-case", selection.ignore_case, "Names of columns in any case");
}

Result<table::ScanRequest> RequestOf(const Selection& selection) {
  table::ScanRequest request;
  if (selection.after) {
    auto to = selection.snapshot ? std::optional(SnapshotId(*selection.snapshot)) : std::nullopt;
    request.scan = table::AppendScan{.from = SnapshotId(*selection.after), .to = to};
  } else {
    ASSIGN_OR_RETURN(request.scan, SnapshotScanOf(selection));
  }
  if (!selection.where.empty()) {
    ASSIGN_OR_RETURN(request.filter, iceberg::ParseExpressionText(selection.where));
  }
  if (selection.ignore_case) {
    request.names = iceberg::NameCase::kInsensitive;
  }
  return request;
}

Result<TimestampMs> ReadTimeOrAge(std::string_view text, TimestampMs now) {
  constexpr int64_t kMaxAgeUs = int64_t{100} * 366 * 86'400'000'000;
  auto time = iceberg::ReadTime(text);
  if (time.has_value()) {
    return time;
  }
  auto age_us = ParseDuration(text);
  if (!age_us.has_value()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("Neither an age nor a time: {}; write 7d, 12h or 1d12h, or "
                             "2026-11-29T08:00:00 in UTC",
                             text));
  }
  if (*age_us > kMaxAgeUs) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("More than 100 years: {}", text));
  }
  return TimestampMs(now.value() - *age_us / 1'000);
}

}  // namespace firn::cli
