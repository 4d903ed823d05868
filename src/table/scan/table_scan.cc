#include "table/scan/table_scan.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <span>
#include <utility>
#include <variant>

#include "columnar/schema/arrow_type.h"
#include "table/scan/reader_input.h"
#include "table/scan/scan_columns.h"

namespace firn::table {
namespace {

/// Manifests whose files wait to be read.
constexpr size_t kWaitingManifests = 4;

/// Lest two readers of one scan's tasks read two snapshots.
Status CheckPinned(const ScanRequest& request) {
  const auto* scan = std::get_if<SnapshotScan>(&request.scan);
  const bool pinned = scan != nullptr ? std::holds_alternative<iceberg::SnapshotId>(scan->snapshot)
                                      : std::get<AppendScan>(request.scan).to.has_value();
  if (!pinned) {
    return Error(ErrorCode::kInvalidArgument,
                 "A task is of a snapshot that is named by its id, not of the current one, a "
                 "branch, a tag or a time");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<TableScan>> TableScan::Open(const ScanContext& context,
                                                   const Table& table,
                                                   const TableScanRequest& request) {
  if (request.task) {
    RETURN_IF_ERROR(CheckPinned(request.plan));
  }
  ASSIGN_OR_RETURN(ScanPlan plan, ScanPlan::Begin(context.plan_context(*table.files),
                                                  table.metadata, request.plan));
  ScanContext own = context;
  if (request.limit) {
    own.read.whole_group_bytes = 0;
  }
  std::unique_ptr<TableScan> scan(new TableScan(own, table, std::move(plan)));
  RETURN_IF_ERROR(scan->Prepare(table, request));
  if (request.task) {
    RETURN_IF_ERROR(scan->ChooseTask(*request.task));
  }
  if (scan->rows_left_ > 0) {
    scan->Start();
  }
  return scan;
}

TableScan::TableScan(const ScanContext& context, const Table& table, ScanPlan plan)
    : context_(context),
      files_(table.files),
      plan_(std::move(plan)),
      read_{*files_, context.pool, context.read},
      deletes_(read_, context.delete_bytes),
      to_read_(kWaitingManifests),
      batches_(context.max_waiting_bytes) {
  counts_.plan = plan_.counts();
}

TableScan::~TableScan() { Stop(); }

Status TableScan::Prepare(const Table& table, const TableScanRequest& request) {
  if (request.limit && *request.limit < 0) {
    return Error(ErrorCode::kInvalidArgument, "The limit of a scan is negative");
  }
  rows_left_ = request.limit.value_or(std::numeric_limits<int64_t>::max());
  ASSIGN_OR_RETURN(auto columns, SelectColumns(*table.metadata, plan_.schema(), request.columns,
                                               request.plan.names));
  schema_ = columnar::ArrowSchemaOf(columns);
  ASSIGN_OR_RETURN(request_, MakeReadRequest(plan_, std::move(columns)));
  return {};
}

Status TableScan::ChooseTask(const TaskChoice& choice) {
  ASSIGN_OR_RETURN(FoundTask found, FindTask(plan_, choice));
  counts_.plan += found.counts;
  counts_.plan.result_data_files = found.task.files;
  counts_.plan.result_rows = found.task.rows;
  counts_.plan.total_file_size_bytes = found.task.bytes;
  counts_.plan.result_delete_files = found.task.delete_files;
  task_ = std::move(found.task.parts);
  return {};
}

void TableScan::Start() {
  planner_ = std::jthread([this] { Plan(); });
  for (size_t i = 0; i < std::max<size_t>(context_.readers, 1); ++i) {
    readers_.emplace_back([this] { ReadParts(); });
  }
}

void TableScan::Plan() {
  Status planned = task_ ? PlanTask() : PlanWhole();
  batches_.SetCount(to_read_.Close(), std::move(planned));
}

Status TableScan::PlanWhole() {
  return plan_.ForEachManifest(
      0, plan_.manifest_count(), {}, [this](ManifestTasks planned) -> Status {
        {
          std::lock_guard lock(counts_mutex_);
          counts_.plan += planned.counts;
        }
        const auto tasks = std::make_shared<const ManifestTasks>(std::move(planned));
        std::vector<ScanPart> parts;
        for (size_t task = 0; task < tasks->files.size(); ++task) {
          AppendParts({.tasks = tasks, .task = task}, FileSpan(), context_.part_bytes, parts);
        }
        return Put(std::move(parts));
      });
}

Status TableScan::PlanTask() {
  const std::span<const TaskPart> all = *task_;
  for (auto first = all.begin(); first != all.end();) {
    const auto end = std::find_if(
        first, all.end(), [&](const TaskPart& part) { return part.manifest != first->manifest; });
    ASSIGN_OR_RETURN(ManifestTasks planned,
                     plan_.TasksOf(first->manifest,
                                   {.first_row = first->row, .end_row = std::prev(end)->row + 1}));
    const auto tasks = std::make_shared<const ManifestTasks>(std::move(planned));
    std::vector<ScanPart> parts;
    for (; first != end; ++first) {
      const auto file = std::ranges::lower_bound(tasks->files, first->row, {}, &FileTask::row);
      if (file == tasks->files.end() || file->row != first->row) {
        return Error(ErrorCode::kInvalidMetadata, "A manifest changed between two looks at it")
            .With("manifest", plan_.manifest(first->manifest).path);
      }
      const auto task = static_cast<size_t>(file - tasks->files.begin());
      AppendParts({.tasks = tasks, .task = task}, first->span, context_.part_bytes, parts);
    }
    RETURN_IF_ERROR(Put(std::move(parts)));
  }
  return {};
}

Status TableScan::Put(std::vector<ScanPart> parts) {
  if (!to_read_.Put(std::move(parts))) {
    return Error(ErrorCode::kInternal, "The scan has ended");
  }
  return {};
}

void TableScan::ReadParts() {
  while (auto part = to_read_.Take()) {
    batches_.End(part->number, ReadPart(*part));
  }
}

Status TableScan::ReadPart(const ScanPart& part) {
  const ScanFile& file = part.file;
  ASSIGN_OR_RETURN(columnar::FileToRead to_read, FileToReadOf(plan_, file));
  to_read.part = {.begin = part.span.begin, .end = part.span.end};
  ASSIGN_OR_RETURN(columnar::FileDeletes deletes, DeletesOf(file, to_read.path));
  const iceberg::BoundExpression residual = plan_.ResidualOf(*file.tasks, file.file());
  ASSIGN_OR_RETURN(auto reader, columnar::DataFileReader::Open(read_, request_, to_read, residual,
                                                               std::move(deletes)));
  bool wanted = true;
  while (wanted) {
    ASSIGN_OR_RETURN(BatchPtr batch, reader->Next());
    if (batch == nullptr) {
      break;
    }
    wanted = batches_.Push(part.number, std::move(batch));
  }
  Count(part, *reader);
  return {};
}

Result<columnar::FileDeletes> TableScan::DeletesOf(const ScanFile& file, const std::string& path) {
  if (file.file().deletes.empty()) {
    return columnar::FileDeletes();
  }
  return deletes_.Load(request_, path, DeleteFilesOf(plan_, file));
}

void TableScan::Count(const ScanPart& part, const columnar::DataFileReader& reader) {
  columnar::ReadCounts read = reader.counts();
  std::lock_guard lock(counts_mutex_);
  counts_.read.row_groups_read += read.row_groups_read;
  counts_.read.row_groups_skipped += read.row_groups_skipped;
  counts_.read.pages_read += read.pages_read;
  counts_.read.pages_skipped += read.pages_skipped;
  counts_.read.rows_decoded += read.rows_decoded;
  counts_.read.rows_deleted += read.rows_deleted;
  counts_.read.rows_returned += read.rows_returned;
  counts_.read.bytes_fetched += read.bytes_fetched;
  if (part.opens_file) {
    int64_t& files =
        reader.path() == columnar::ReadPath::kDirect ? counts_.direct_files : counts_.merged_files;
    ++files;
  }
}

Result<std::shared_ptr<arrow::RecordBatch>> TableScan::Next() {
  auto batch = NextBefore(kNoDeadline);
  if (!batch.has_value()) {
    return std::move(batch).error();
  }
  return batch->value_or(nullptr);
}

Result<std::optional<BatchPtr>> TableScan::NextBefore(MonotonicTime deadline) {
  if (done_ || rows_left_ == 0) {
    return BatchPtr();
  }
  auto popped = batches_.Pop(deadline);
  if (popped.has_value() && !*popped) {
    return std::optional<BatchPtr>();
  }
  if (!popped.has_value() || **popped == nullptr) {
    done_ = true;
    Stop();
    return popped;
  }
  BatchPtr batch = **std::move(popped);
  if (batch->num_rows() > rows_left_) {
    batch = batch->Slice(0, rows_left_);
  }
  rows_left_ -= batch->num_rows();
  if (rows_left_ == 0) {
    Stop();  // what nobody will take is not decoded
  }
  return batch;
}

ScanCounts TableScan::counts() const {
  std::lock_guard lock(counts_mutex_);
  return counts_;
}

void TableScan::Stop() {
  to_read_.Stop();
  batches_.Stop();
}

}  // namespace firn::table
