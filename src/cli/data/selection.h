// Selection: which state of a table a command reads, and which rows of it, as flags.
//
//   --where 'price > 10'   --as-of 2026-11-29T08:00:00 | --ref BRANCH_OR_TAG | --snapshot ID
//   --after ID             only what appends brought after that snapshot
//
// Errors of RequestOf: kInvalidArgument for a filter, a time or a combination that is none; what
// the table does not have is found out by the scan. Thread-safety: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "table/plan/scan_planner.h"

namespace firn::cli {

struct Selection {
  std::string where;
  std::string as_of;
  std::string ref;
  std::optional<int64_t> snapshot;
  std::optional<int64_t> after;
  bool ignore_case = false;
};

// Each writes to `selection`, which outlives the parser.
/// --as-of, --ref, --snapshot.
void AddSnapshotFlags(CLI::App& app, Selection& selection);
/// Those, --where, --after and --ignore-case.
void AddSelectionFlags(CLI::App& app, Selection& selection);

Result<table::ScanRequest> RequestOf(const Selection& selection);

/// A time (iceberg/schema/time_text.h), or how long ago (base/duration.h).
Result<TimestampMs> ReadTimeOrAge(std::string_view text, TimestampMs now);

}  // namespace firn::cli
