// One page of a plan: files are given to a PlanSink until it is full or the time is up, and what is
// left is a slice again. CutSlice makes several slices of it, for clients that read in parallel.
//
// A page begins with as many manifests as hold the files it takes, and looks at twice as many each
// time they did not fill it: where every file matches nothing is planned in vain, and where few do
// many manifests are read at a time.
//
// Errors: those of the plan and of the sink, where they come before anything was given; later ones
// end the page. Thread-safety: a PageReader is used once, by one thread; CutSlice is a pure
// function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "server/planning/plan_token.h"
#include "table/plan/scan_planner.h"

namespace firn::planning {

/// Plan tasks in one answer, about at most; above, each covers more files.
inline constexpr size_t kMaxPlanTasks = 1000;

/// Takes the files of a page, some of a manifest at a time.
class PlanSink {
 public:
  virtual ~PlanSink() = default;
  /// Takes files of `tasks` from the first on. Returns how many: fewer than there are where the
  /// page is full. Called by one thread at a time, not always the same.
  virtual Result<size_t> Take(const table::ScanPlan& plan, const table::ManifestTasks& tasks) = 0;
};

struct PageLimits {
  /// Files that the sink takes about.
  int64_t files = 0;
  /// When to end; some rows are looked at always.
  MonotonicTime until = MonotonicTime::max();
  /// Rows after which no more files are needed.
  std::optional<int64_t> min_rows;
};

class PageReader {
 public:
  /// All outlive the reader.
  PageReader(const table::ScanPlan& plan,
             const PlanSlice& slice,
             const PageLimits& limits,
             PlanSink& sink);

  /// What is left of the slice.
  Result<PlanSlice> Read();

 private:
  uint32_t EndOfBatch(int64_t files) const;
  Status Take(const table::ManifestTasks& tasks);
  void CountRows(const table::ManifestTasks& tasks, size_t taken);
  bool enough_rows() const { return limits_.min_rows && rows_ >= *limits_.min_rows; }

  const table::ScanPlan& plan_;
  const uint32_t begin_;
  const uint32_t first_row_;
  PlanSlice rest_;
  const PageLimits limits_;
  PlanSink& sink_;
  /// Rows of the files taken for sure: nothing is left to filter and nothing deletes.
  int64_t rows_ = 0;
  /// The manifests that are being planned need not be planned further.
  bool batch_ended_ = false;
  bool page_ended_ = false;
};

/// `rest` cut where each piece has about `files` rows of manifests: at most kMaxPlanTasks + 1
/// pieces. A manifest of more is cut too.
std::vector<PlanSlice> CutSlice(const table::ScanPlan& plan, const PlanSlice& rest, int64_t files);

}  // namespace firn::planning
