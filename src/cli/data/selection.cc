#include "cli/data/selection.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "iceberg/expression/expression_text.h"
#include "iceberg/schema/time_text.h"

namespace firn::cli {
namespace {

using iceberg::SnapshotId;

constexpr int64_t kMillisOfDay = 86'400'000;

std::optional<int64_t> ParseCount(std::string_view text) {
  int64_t value = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

/// Of a day, an hour or a minute; 0 for another letter.
int64_t MillisOf(char unit) {
  constexpr int64_t kMillisOfHour = 3'600'000;
  constexpr int64_t kMillisOfMinute = 60'000;
  return unit == 'd'   ? kMillisOfDay
         : unit == 'h' ? kMillisOfHour
         : unit == 'm' ? kMillisOfMinute
                       : 0;
}

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
  constexpr int64_t kMaxAge = 100 * 366;  // days, and more of the others than anybody means
  int64_t unit = text.empty() ? 0 : MillisOf(text.back());
  auto count = unit == 0 ? std::nullopt : ParseCount(text.substr(0, text.size() - 1));
  if (!count) {
    auto time = iceberg::ReadTime(text);
    return time.has_value() ? std::move(time)
                            : Error(ErrorCode::kInvalidArgument,
                                    fmt::format("Neither an age nor a time: {}; write 7d, 12h or "
                                                "30m, or 2026-11-29T08:00:00 in UTC",
                                                text));
  }
  if (*count < 0 || *count > kMaxAge * kMillisOfDay / unit) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("Not an age: {}", text));
  }
  return TimestampMs(now.value() - *count * unit);
}

}  // namespace firn::cli
