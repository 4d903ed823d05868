#include "features/definitions/sql/registry_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "features/definitions/definitions.h"
#include "features/definitions/protobuf_wire.h"

namespace firn::features {
namespace {

using catalog::sql::SqlConnection;
using catalog::sql::SqlRow;

struct RegistryTable {
  std::string_view name;
  /// Of the object's name and of its message.
  std::string_view name_column;
  std::string_view message_column;
  /// In feast.core.Registry.
  uint32_t field;
  /// Of the project, in the message or in its `spec`.
  uint32_t project_field;
  bool has_spec;
};

constexpr uint32_t kSpecField = 1;
constexpr std::array<RegistryTable, kRegistryTableCount> kTables = {{
    {"feature_views", "feature_view_name", "feature_view_proto", 6, 2, true},
    {"stream_feature_views", "feature_view_name", "feature_view_proto", 14, 2, true},
    {"data_sources", "data_source_name", "data_source_proto", 12, 21, false},
    {"feature_services", "feature_service_name", "feature_service_proto", 7, 2, true},
}};

template <class Part>
std::string ForEachTable(std::string_view separator, Part part) {
  std::array<std::string, kRegistryTableCount> parts;
  std::ranges::transform(kTables, parts.begin(), part);
  return fmt::format("{}", fmt::join(parts, separator));
}

Status CheckSize(SqlConnection& connection) {
  const std::string query = "SELECT sum(bytes) FROM (" +
                            ForEachTable(" UNION ALL ",
                                         [](const RegistryTable& table) {
                                           return fmt::format("SELECT length({}) AS bytes FROM {}",
                                                              table.message_column, table.name);
                                         }) +
                            ") AS messages";
  int64_t bytes = 0;
  RETURN_IF_ERROR(connection.Query(query, {}, [&bytes](const SqlRow& row) {
    const std::string_view text = row.Text(0);
    std::from_chars(text.data(), text.data() + text.size(), bytes);
  }));
  if (bytes > kMaxRegistryBytes) {
    return Error(ErrorCode::kPayloadTooLarge,
                 fmt::format("The Feast registry is larger than {} MiB", kMaxRegistryBytes >> 20));
  }
  return {};
}

/// Fields that come again are merged, the last one counts: the row's project.
void AddProject(const RegistryTable& table, std::string_view project, std::string& message) {
  if (!table.has_spec) {
    AppendBytesField(message, table.project_field, project);
    return;
  }
  std::string spec;
  AppendBytesField(spec, table.project_field, project);
  AppendBytesField(message, kSpecField, spec);
}

Status AddRows(SqlConnection& connection, const RegistryTable& table, std::string& registry) {
  const std::string query = fmt::format("SELECT project_id, {} FROM {} ORDER BY project_id, {}",
                                        table.message_column, table.name, table.name_column);
  std::optional<Error> error;
  RETURN_IF_ERROR(connection.Query(query, {}, [&](const SqlRow& row) {
    auto message = row.Bytes(1);
    if (!message.has_value()) {
      error = TakeError(std::move(message));
      return;
    }
    AddProject(table, row.Text(0), *message);
    AppendBytesField(registry, table.field, *message);
  }));
  return error ? Status(*std::move(error)) : Status();
}

}  // namespace

std::string SqliteTablesQuery() {
  return fmt::format("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ({})",
                     ForEachTable(", ", [](const RegistryTable& table) {
                       return fmt::format("'{}'", table.name);
                     }));
}

std::string PostgresTablesQuery() {
  return fmt::format("SELECT count(to_regclass(name)) FROM (VALUES {}) AS tables (name)",
                     ForEachTable(", ", [](const RegistryTable& table) {
                       return fmt::format("('{}')", table.name);
                     }));
}

std::string PostgresVersionQuery() {
  return fmt::format("SELECT concat_ws('.', {})",
                     ForEachTable(", ", [](const RegistryTable& table) {
                       return fmt::format(
                           "(SELECT concat(count(*), ':', sum(hashtextextended(concat_ws('/', "
                           "project_id, {}, xmin::text), 0))) FROM {})",
                           table.name_column, table.name);
                     }));
}

Result<std::string> ReadRegistryRows(SqlConnection& connection) {
  RETURN_IF_ERROR(CheckSize(connection));
  std::string registry;
  for (const RegistryTable& table : kTables) {
    RETURN_IF_ERROR(AddRows(connection, table, registry));
  }
  return registry;
}

}  // namespace firn::features
