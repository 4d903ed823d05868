// ScanTasksPage: one answer full of file scan tasks, as text. REST: ScanTasks. The delete files
// that tasks share are listed once and named by their place in the list.
//
// Limits: tasks, and bytes of their text, of a page, and time; at least one task fits always.
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json_writer.h"
#include "server/planning/page_reader.h"
#include "server/rest/content_file_json.h"

namespace firn::rest {

class ScanTasksPage final : public planning::PlanSink {
 public:
  struct Limits {
    int64_t files = 0;
    int64_t bytes = 0;
    /// When to take no more.
    MonotonicTime until = MonotonicTime::max();
  };

  /// `stats` outlives the page: columns whose metrics its tasks carry.
  ScanTasksPage(const Limits& limits, std::span<const iceberg::FieldId> stats)
      : limits_(limits), stats_(stats) {}

  Result<size_t> Take(const table::ScanPlan& plan, const table::ManifestTasks& tasks) override;

  int64_t files() const { return files_; }

  /// Appends `delete-files`, `file-scan-tasks` and `plan-tasks` to an open object.
  void AppendTo(JsonWriter& out, const std::vector<std::string>& plan_tasks) const;

 private:
  bool full() const {
    return late_ || files_ >= limits_.files ||
           static_cast<int64_t>(tasks_.size() + deletes_.size()) >= limits_.bytes;
  }
  Status AppendTask(const table::ScanPlan& plan,
                    const table::ManifestTasks& tasks,
                    const table::FileTask& file,
                    ContentFilePrinter& printer);
  /// The place of a delete file in this page's list; printed the first time.
  Result<size_t> PlaceOf(const table::ScanPlan& plan, uint32_t file);

  Limits limits_;
  std::span<const iceberg::FieldId> stats_;
  /// Values between commas.
  std::string tasks_;
  std::string deletes_;
  int64_t files_ = 0;
  bool late_ = false;
  /// By number in the plan's index of deletes.
  std::map<uint32_t, size_t> places_;
  /// One a delete manifest.
  std::map<const iceberg::ManifestColumns*, ContentFilePrinter> delete_printers_;
  /// By partition id of the manifest that is being taken; empty where none was printed.
  std::vector<std::string> residuals_;
};

}  // namespace firn::rest
