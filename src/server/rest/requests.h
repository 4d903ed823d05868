// Request bodies: parsed whole, checked, turned into what the services take.
//
// Errors: kInvalidArgument naming the field.
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/service/table_commits.h"
#include "server/service/tables.h"
#include "server/service/views.h"

namespace firn::rest {

struct CreateNamespaceBody {
  NamespacePath path;
  store::Properties properties;
};
Result<CreateNamespaceBody> ParseCreateNamespace(std::string_view body);

/// `path` is left to the caller.
Result<store::UpdateNamespaceProperties> ParseUpdateProperties(std::string_view body);

struct CreateTableBody {
  /// `identifier.name_space` is left to the caller.
  service::CreateTableRequest request;
  bool stage = false;
};
Result<CreateTableBody> ParseCreateTable(std::string_view body);

struct RegisterBody {
  std::string name;
  std::string metadata_location;
  bool overwrite = false;
};
Result<RegisterBody> ParseRegister(std::string_view body);

/// `identifier` is that of the path; one in the body must agree.
Result<service::TableChange> ParseCommitTable(std::string_view body, TableIdentifier identifier);
Result<std::vector<service::TableChange>> ParseTransaction(std::string_view body);

/// `identifier.name_space` is left to the caller.
Result<service::CreateViewRequest> ParseCreateView(std::string_view body);
Result<service::ViewChange> ParseCommitView(std::string_view body, TableIdentifier identifier);

struct RenameBody {
  TableIdentifier source;
  TableIdentifier destination;
};
Result<RenameBody> ParseRename(std::string_view body);

/// Bytes of one metrics report. Filters come from clients with their values hidden, so that real
/// ones have a few KiB.
inline constexpr size_t kMaxMetricsReportBytes = 256 << 10;

/// `identifier` is left to the caller; the report is kept as it came. Errors: kPayloadTooLarge.
Result<store::SaveMetricsReport> ParseMetricsReport(std::string_view body);

Result<store::CreateWarehouse> ParseCreateWarehouse(std::string_view body);

}  // namespace firn::rest
