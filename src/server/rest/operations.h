// The one table of REST operations: what is routed, and what `GET /v1/config` advertises. An
// operation that is not in here answers 404 and is not advertised.
//
// Source: the Iceberg REST OpenAPI document; names are its operationIds.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/http/message.h"

namespace firn::rest {

enum class Operation : uint8_t {
  kGetConfig,
  kListNamespaces,
  kCreateNamespace,
  kLoadNamespace,
  kNamespaceExists,
  kDropNamespace,
  kUpdateNamespaceProperties,
  kListTables,
  kCreateTable,
  kLoadTable,
  kTableExists,
  kUpdateTable,
  kDropTable,
  kRegisterTable,
  kUnregisterTable,
  kReportMetrics,
  kPlanTableScan,
  kFetchPlanningResult,
  kCancelPlanning,
  kFetchScanTasks,
  kRenameTable,
  kCommitTransaction,
  kListViews,
  kCreateView,
  kLoadView,
  kViewExists,
  kReplaceView,
  kDropView,
  kRegisterView,
  kRenameView,
  // Firn's own, outside the document.
  kJoinFeatures,
  kLatestFeatures,
  kListWarehouses,
  kCreateWarehouse,
  kDropWarehouse,
  kListJobs,
  kGetJob,
  kRetryJob,
  kCancelJob,
};

struct OperationSpec {
  Operation operation;
  http::Method method;
  /// With `{prefix}`, `{namespace}`, `{table}`, `{plan-id}`, `{view}`, `{warehouse}`, `{job}`.
  std::string_view path;
  /// For logs and metrics.
  std::string_view name;
  /// True where an Idempotency-Key is honoured.
  bool idempotent_by_key = false;
  /// The status of a success.
  int success_status = 200;
  /// True where `GET /v1/config` lists it.
  bool advertised = true;

  /// False for what concerns the whole server: such a call needs no warehouse, not even a default
  /// one.
  bool in_warehouse() const { return path.find("/v1/{prefix}/") != std::string_view::npos; }
};

std::span<const OperationSpec> Operations();
const OperationSpec& SpecOf(Operation operation);

}  // namespace firn::rest
