// Scans of a table: whole, as tasks for several processes, one of these tasks.
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "iceberg/expression/expression_text.h"
#include "native/calls.h"
#include "native/catalog.h"
#include "native/errors.h"
#include "native/rows.h"
#include "native/table.h"
#include "table/scan/scan_tasks.h"

namespace firn::python {
namespace {

namespace nb = nanobind;
using Names = std::vector<std::string>;
/// Target, lookback, cost of a file: table::TaskSizes.
using SizesTuple = std::tuple<int64_t, int64_t, int64_t>;

table::TableScanRequest RequestOf(Names columns,
                                  const std::optional<std::string>& where,
                                  const table::SnapshotSelector& snapshot,
                                  bool case_sensitive) {
  table::TableScanRequest request{.columns = std::move(columns)};
  request.plan.scan = table::SnapshotScan{snapshot};
  request.plan.names =
      case_sensitive ? iceberg::NameCase::kSensitive : iceberg::NameCase::kInsensitive;
  if (where) {
    request.plan.filter = ValueOf(iceberg::ParseExpressionText(*where));
  }
  return request;
}

std::shared_ptr<Rows> Read(const TableHandle& self,
                           table::TableScanRequest request,
                           size_t threads) {
  const table::ScanShape shape = ValueOf(table::ShapeOf(*self.table().metadata, request));
  return RowsOfScan(self, std::move(request), shape, threads);
}

/// All tasks of a scan, without their parts.
struct PlannedTasks {
  /// nullopt: an empty table's, which has no tasks.
  std::optional<int64_t> snapshot_id;
  int32_t schema_id = 0;
  table::TaskSizes sizes;
  std::vector<table::ScanTask> tasks;
};

Result<PlannedTasks> PlanTasks(const table::PlanContext& context,
                               const table::Table& table,
                               const table::ScanRequest& request,
                               const table::TaskSizeOptions& sizes) {
  PlannedTasks planned;
  ASSIGN_OR_RETURN(planned.sizes, table::ReadTaskSizes(*table.metadata, sizes));
  ASSIGN_OR_RETURN(const table::ScanPlan plan,
                   table::ScanPlan::Begin(context, table.metadata, request));
  if (plan.snapshot() != nullptr) {
    planned.snapshot_id = plan.snapshot()->id.value();
  }
  planned.schema_id = plan.schema().id().value();
  RETURN_IF_ERROR(table::PackTasks(plan, planned.sizes, [&](table::ScanTask task) -> Status {
    task.parts = {};
    planned.tasks.push_back(std::move(task));
    return {};
  }));
  return planned;
}

nb::list ListOf(const PlannedTasks& planned) {
  nb::list tasks;
  for (const table::ScanTask& task : planned.tasks) {
    nb::dict named;
    named["snapshot_id"] = planned.snapshot_id;
    named["schema_id"] = planned.schema_id;
    named["sizes"] = SizesTuple(planned.sizes.target_bytes, planned.sizes.lookback,
                                planned.sizes.open_file_bytes);
    named["number"] = task.number;
    named["count"] = planned.tasks.size();
    named["files"] = task.files;
    named["bytes"] = task.bytes;
    named["rows"] = task.rows;
    named["delete_files"] = task.delete_files;
    tasks.append(named);
  }
  return tasks;
}

nb::list ScanTasks(TableHandle& self,
                   const table::TableScanRequest& request,
                   const table::TaskSizeOptions& sizes) {
  ValueOf(table::ShapeOf(*self.table().metadata, request));
  const SessionPtr session = self.session();
  const TablePtr table = self.usable();
  Call call;
  table::ScanContext context = session->scan_context();
  context.read.stop = call.token();
  auto planned = Released([&] {
    return call.Run([&] {
      return PlanTasks(context.plan_context(*table->files), *table, request.plan, sizes);
    });
  });
  if (call.interrupt() != nullptr) {
    std::rethrow_exception(call.interrupt());
  }
  return ListOf(ValueOf(std::move(planned)));
}

void BindTasks(nb::class_<TableHandle>& bound) {
  bound.def(
      "scan_tasks",
      [](TableHandle& self, Names columns, const std::optional<std::string>& where,
         std::optional<int64_t> snapshot_id, std::optional<int64_t> as_of_ms,
         std::optional<std::string> ref, bool case_sensitive, std::optional<int64_t> task_size) {
        return ScanTasks(
            self,
            RequestOf(std::move(columns), where, SelectorOf(snapshot_id, as_of_ms, std::move(ref)),
                      case_sensitive),
            {.target_bytes = task_size, .lookback = std::nullopt, .open_file_bytes = std::nullopt});
      },
      nb::arg("columns"), nb::arg("where").none(), nb::arg("snapshot_id").none(),
      nb::arg("as_of_ms").none(), nb::arg("ref").none(), nb::arg("case_sensitive"),
      nb::arg("task_size").none());
  bound.def(
      "read_task",
      [](const TableHandle& self, Names columns, const std::optional<std::string>& where,
         int64_t snapshot_id, int32_t schema_id, bool case_sensitive, const SizesTuple& sizes,
         int64_t number, int64_t count, size_t threads) {
        table::TableScanRequest request =
            RequestOf(std::move(columns), where, iceberg::SnapshotId(snapshot_id), case_sensitive);
        request.plan.schema_id = iceberg::SchemaId(schema_id);
        const auto [target_bytes, lookback, open_file_bytes] = sizes;
        request.task = table::TaskChoice{.sizes = {.target_bytes = target_bytes,
                                                   .lookback = lookback,
                                                   .open_file_bytes = open_file_bytes},
                                         .number = number,
                                         .count = count};
        return Read(self, std::move(request), threads);
      },
      nb::arg("columns"), nb::arg("where").none(), nb::arg("snapshot_id"), nb::arg("schema_id"),
      nb::arg("case_sensitive"), nb::arg("sizes"), nb::arg("number"), nb::arg("count"),
      nb::arg("threads"));
}

}  // namespace

void BindScans(nb::class_<TableHandle>& bound) {
  bound.def(
      "scan",
      [](const TableHandle& self, Names columns, const std::optional<std::string>& where,
         std::optional<int64_t> snapshot_id, std::optional<int64_t> as_of_ms,
         std::optional<std::string> ref, std::optional<int64_t> limit, bool case_sensitive,
         size_t threads) {
        table::TableScanRequest request =
            RequestOf(std::move(columns), where, SelectorOf(snapshot_id, as_of_ms, std::move(ref)),
                      case_sensitive);
        request.limit = limit;
        return Read(self, std::move(request), threads);
      },
      nb::arg("columns"), nb::arg("where").none(), nb::arg("snapshot_id").none(),
      nb::arg("as_of_ms").none(), nb::arg("ref").none(), nb::arg("limit").none(),
      nb::arg("case_sensitive"), nb::arg("threads"));
  BindTasks(bound);
}

}  // namespace firn::python
