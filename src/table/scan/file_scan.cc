#include "table/scan/file_scan.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "table/scan/reader_input.h"
#include "table/scan/scan_columns.h"

namespace firn::table {

Result<std::unique_ptr<FileScan>> FileScan::Open(const ScanContext& context,
                                                 const Table& table,
                                                 const ScanRequest& request) {
  ASSIGN_OR_RETURN(ScanPlan plan,
                   ScanPlan::Begin(context.plan_context(*table.files), table.metadata, request));
  std::unique_ptr<FileScan> scan(new FileScan(context, table, std::move(plan)));
  RETURN_IF_ERROR(scan->PlanFiles());
  return scan;
}

FileScan::FileScan(const ScanContext& context, const Table& table, ScanPlan plan)
    : context_(context),
      store_(table.files),
      plan_(std::move(plan)),
      read_{*store_, context.pool, context.read},
      deletes_(read_, context.delete_bytes) {}

Status FileScan::PlanFiles() {
  RETURN_IF_ERROR(
      plan_.ForEachManifest(0, plan_.manifest_count(), {}, [this](ManifestTasks planned) -> Status {
        auto tasks = std::make_shared<const ManifestTasks>(std::move(planned));
        for (size_t task = 0; task < tasks->files.size(); ++task) {
          const uint32_t row = tasks->files[task].row;
          File& file = files_.emplace_back();
          file.scan.tasks = tasks;
          file.scan.task = task;
          file.sequence_number = tasks->manifest->sequence_numbers[row];
          file.path = tasks->manifest->paths[row];
        }
        return {};
      }));
  std::ranges::sort(files_, {}, [](const File& file) {
    return std::tuple(file.sequence_number.value(), std::string_view(file.path));
  });
  return {};
}

int64_t FileScan::record_count(size_t file) const {
  const ScanFile& scan = files_[file].scan;
  return scan.tasks->manifest->record_counts[scan.file().row];
}

std::vector<ScanUnit> FileScan::Units(int64_t bytes) const {
  std::vector<ScanUnit> units;
  for (size_t file = 0; file < files_.size(); ++file) {
    const ScanFile& scan = files_[file].scan;
    for (const FileSpan& span : SpansOf(*scan.tasks->manifest, scan.file().row, bytes)) {
      units.push_back({.file = static_cast<uint32_t>(file), .span = span});
    }
  }
  return units;
}

Result<columnar::ReadRequest> FileScan::RequestOf(const FilePass& pass) const {
  ASSIGN_OR_RETURN(auto columns, SelectColumns(plan_.table(), plan_.schema(), pass.columns,
                                               iceberg::NameCase::kSensitive));
  ASSIGN_OR_RETURN(columnar::ReadRequest request, MakeReadRequest(plan_, std::move(columns)));
  request.filter = pass.filter;
  return request;
}

Result<std::unique_ptr<columnar::DataFileReader>> FileScan::Read(
    const ScanUnit& unit, const columnar::ReadRequest& request) {
  const ScanFile& scan = files_[unit.file].scan;
  ASSIGN_OR_RETURN(columnar::FileToRead to_read, FileToReadOf(plan_, scan));
  to_read.part = {.begin = unit.span.begin, .end = unit.span.end};
  columnar::FileDeletes deletes;
  if (!is_direct(unit.file)) {
    ASSIGN_OR_RETURN(deletes, deletes_.Load(request, to_read.path, DeleteFilesOf(plan_, scan)));
  }
  ASSIGN_OR_RETURN(
      auto reader,
      columnar::DataFileReader::Open(
          read_, request, to_read, plan_.ResidualOf(*scan.tasks, scan.file()), std::move(deletes)));
  std::lock_guard lock(mutex_);
  if (files_[unit.file].row_groups.empty()) {
    files_[unit.file].row_groups.assign(reader->row_groups().begin(), reader->row_groups().end());
  }
  return reader;
}

Result<std::unique_ptr<columnar::DataFileReader>> FileScan::ReadWithDeleted(
    size_t file, const columnar::RowRanges& rows, const columnar::ReadRequest& request) {
  ASSIGN_OR_RETURN(columnar::FileToRead to_read, FileToReadOf(plan_, files_[file].scan));
  to_read.part.rows = &rows;
  return columnar::DataFileReader::Open(read_, request, to_read, iceberg::BoundExpression::True(),
                                        {});
}

}  // namespace firn::table
