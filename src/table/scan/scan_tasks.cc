#include "table/scan/scan_tasks.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "iceberg/metadata/table_properties.h"

namespace firn::table {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kMaxWeight = std::numeric_limits<int64_t>::max();

// Sizes in manifests are whatever a writer wrote: sums stay in range. No argument is negative.
int64_t Sum(int64_t a, int64_t b) { return a > kMaxWeight - b ? kMaxWeight : a + b; }
int64_t Product(int64_t a, int64_t b) { return b > 0 && a > kMaxWeight / b ? kMaxWeight : a * b; }

Status CheckPositive(int64_t value, std::string_view what) {
  if (value < 1) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{} is not positive: {}", what, value));
  }
  return {};
}

Status CheckSizes(const TaskSizes& sizes) {
  RETURN_IF_ERROR(CheckPositive(sizes.target_bytes, "The task size"));
  RETURN_IF_ERROR(CheckPositive(sizes.lookback, "The task lookback"));
  return CheckPositive(sizes.open_file_bytes, "The open cost of a task's file");
}

/// `given`, or else the property.
Result<int64_t> ReadSize(const iceberg::TableMetadata& table,
                         std::optional<int64_t> given,
                         std::string_view property,
                         int64_t default_value) {
  if (given) {
    return *given;
  }
  ASSIGN_OR_RETURN(int64_t value,
                   iceberg::LongProperty(*table.properties, property, default_value));
  RETURN_IF_ERROR(CheckPositive(value, fmt::format("Table property {}", property)));
  return value;
}

int64_t BytesOf(const DeleteFileRef& file) {
  const int64_t content =
      file.is_deletion_vector()
          ? iceberg::ValueAt(file.manifest->content_sizes_bytes, file.row).value_or(0)
          : file.manifest->file_sizes_bytes[file.row];
  return std::max<int64_t>(content, 0);
}

bool AreOfOneFile(const TaskPart& a, const TaskPart& b) {
  return a.manifest == b.manifest && a.row == b.row;
}

class TaskPacker {
 public:
  TaskPacker(const TaskSizes& sizes, const std::function<Status(ScanTask)>& visit)
      : sizes_(sizes), visit_(visit) {}

  Status Add(TaskPart part, int64_t weight) {
    const auto room = std::ranges::find_if(open_, [&](const ScanTask& task) {
      return Sum(task.weight, weight) <= sizes_.target_bytes;
    });
    AddTo(room == open_.end() ? open_.emplace_back() : *room, std::move(part), weight);
    if (std::cmp_greater(open_.size(), std::min(sizes_.lookback, kMaxLookback))) {
      const auto heaviest = std::ranges::max_element(open_, {}, &ScanTask::weight);
      ScanTask task = std::move(*heaviest);
      open_.erase(heaviest);
      return Give(std::move(task));
    }
    return {};
  }

  Status Finish() {
    for (ScanTask& task : open_) {
      RETURN_IF_ERROR(Give(std::move(task)));
    }
    return {};
  }

 private:
  static void AddTo(ScanTask& task, TaskPart part, int64_t weight) {
    task.weight = Sum(task.weight, weight);
    task.bytes = Sum(task.bytes, part.bytes);
    task.rows = Sum(task.rows, part.rows);
    const bool opens_file = task.parts.empty() || !AreOfOneFile(task.parts.back(), part);
    task.files += opens_file ? 1 : 0;
    task.delete_files += opens_file ? part.delete_files : 0;
    if (!opens_file && task.parts.back().span.end == part.span.begin) {
      TaskPart& before = task.parts.back();
      before.span.end = part.span.end;
      before.bytes = Sum(before.bytes, part.bytes);
      before.rows = Sum(before.rows, part.rows);
    } else {
      task.parts.push_back(std::move(part));
    }
  }

  Status Give(ScanTask task) {
    task.number = given_++;
    return visit_(std::move(task));
  }

  const TaskSizes sizes_;
  const std::function<Status(ScanTask)>& visit_;
  /// In the order in which they were begun.
  std::vector<ScanTask> open_;
  int64_t given_ = 0;
};

/// The parts of one file.
class FileParts {
 public:
  FileParts(const ScanPlan& plan, const ManifestTasks& tasks, const FileTask& file)
      : manifest_(*tasks.manifest),
        row_(file.row),
        file_bytes_(std::max<int64_t>(manifest_.file_sizes_bytes[row_], 0)),
        delete_files_(static_cast<int64_t>(file.deletes.size())),
        number_(tasks.index) {
    for (uint32_t number : file.deletes) {
      delete_bytes_ = Sum(delete_bytes_, BytesOf(plan.deletes().files()[number]));
    }
  }

  Status AddTo(TaskPacker& packer, const TaskSizes& sizes) const {
    const bool whole = file_bytes_ <= sizes.target_bytes;
    const int64_t cost = Product(1 + delete_files_, sizes.open_file_bytes);
    for (const FileSpan& span : whole ? std::vector<FileSpan>(1) : SpansOf(manifest_, row_, 1)) {
      TaskPart part = PartOf(span);
      const int64_t weight = std::max(Sum(part.bytes, delete_bytes_), cost);
      RETURN_IF_ERROR(packer.Add(std::move(part), weight));
    }
    return {};
  }

 private:
  TaskPart PartOf(const FileSpan& span) const {
    const int64_t begin = std::clamp<int64_t>(span.begin, 0, file_bytes_);
    const int64_t end = std::clamp<int64_t>(span.end, begin, file_bytes_);
    return {.manifest = number_,
            .row = row_,
            .span = span,
            .path = std::string(manifest_.paths[row_]),
            .bytes = end - begin,
            .rows = RowsBefore(end) - RowsBefore(begin),
            .delete_files = delete_files_};
  }

  /// About: so that those of all parts are the file's.
  int64_t RowsBefore(int64_t offset) const {
    const int64_t rows = std::max<int64_t>(manifest_.record_counts[row_], 0);
    // In 128 bits, as counts are whatever a writer wrote.
    return file_bytes_ == 0 ? 0 : static_cast<int64_t>(Wide{rows} * offset / file_bytes_);
  }

  const iceberg::ManifestColumns& manifest_;
  const uint32_t row_;
  const int64_t file_bytes_;
  const int64_t delete_files_;
  const size_t number_;
  int64_t delete_bytes_ = 0;
};

}  // namespace

Result<TaskSizes> ReadTaskSizes(const iceberg::TableMetadata& table,
                                const TaskSizeOptions& options) {
  TaskSizes sizes;
  ASSIGN_OR_RETURN(sizes.target_bytes, ReadSize(table, options.target_bytes,
                                                "read.split.target-size", sizes.target_bytes));
  ASSIGN_OR_RETURN(sizes.lookback, ReadSize(table, options.lookback, "read.split.planning-lookback",
                                            sizes.lookback));
  ASSIGN_OR_RETURN(
      sizes.open_file_bytes,
      ReadSize(table, options.open_file_bytes, "read.split.open-file-cost", sizes.open_file_bytes));
  RETURN_IF_ERROR(CheckSizes(sizes));
  return sizes;
}

Result<PlanCounts> PackTasks(const ScanPlan& plan,
                             const TaskSizes& sizes,
                             const std::function<Status(ScanTask)>& visit) {
  RETURN_IF_ERROR(CheckSizes(sizes));
  PlanCounts counts;
  TaskPacker packer(sizes, visit);
  const auto pack = [&](const ManifestTasks& tasks) -> Status {
    counts += tasks.counts;
    for (const FileTask& file : tasks.files) {
      RETURN_IF_ERROR(FileParts(plan, tasks, file).AddTo(packer, sizes));
    }
    return {};
  };
  RETURN_IF_ERROR(plan.ForEachManifest(0, plan.manifest_count(), {}, pack));
  RETURN_IF_ERROR(packer.Finish());
  return counts;
}

Result<FoundTask> FindTask(const ScanPlan& plan, const TaskChoice& choice) {
  FoundTask found;
  int64_t count = 0;
  ASSIGN_OR_RETURN(found.counts, PackTasks(plan, choice.sizes, [&](ScanTask task) -> Status {
                     ++count;
                     if (task.number == choice.number) {
                       found.task = std::move(task);
                     }
                     return {};
                   }));
  if (count != choice.count) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("The scan has {} tasks, not {}: snapshot, filter or sizes are not "
                             "those that the tasks were planned by",
                             count, choice.count));
  }
  if (choice.number < 0 || choice.number >= count) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("There is no task {}: the scan has {} tasks, numbered from 0",
                             choice.number, count));
  }
  return found;
}

}  // namespace firn::table
