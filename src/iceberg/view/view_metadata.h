// ViewMetadata: a view's versions, schemas and history. Parsed by view_metadata_json.h, derived by
// apply_view_updates.h, created by new_view.h. Specification: the view specification.
//
// Invariants: the current version is listed and its schema too.
// Thread-safety: immutable behind shared_ptr<const ViewMetadata>.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "iceberg/metadata/table_properties.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/schema.h"

namespace firn::iceberg {

/// View format versions: only 1 so far.
inline constexpr FormatVersion kMaxViewFormatVersion = 1;
inline constexpr std::string_view kVersionHistoryProperty = "version.history.num-entries";
inline constexpr int32_t kVersionHistoryDefault = 10;
/// "true" lets a new version leave out dialects the old one had.
inline constexpr std::string_view kDropDialectProperty = "replace.drop-dialect.allowed";

/// One way to say the view's query. Files may hold types other than `sql`: those are kept as they
/// came; updates may not add them.
struct ViewRepresentation {
  std::string type;
  std::string sql;
  std::string dialect;
  /// The whole object, only where type is not `sql`.
  std::string json;

  bool is_sql() const { return type == "sql"; }
  friend bool operator==(const ViewRepresentation&, const ViewRepresentation&) = default;
};

struct ViewVersion {
  ViewVersionId id;
  TimestampMs timestamp;
  /// kLastAdded in requests: the schema these updates added last.
  SchemaId schema_id;
  PropertyMap summary;
  std::optional<std::string> default_catalog;
  std::vector<std::string> default_namespace;
  std::vector<ViewRepresentation> representations;

  friend bool operator==(const ViewVersion&, const ViewVersion&) = default;
};

/// From `timestamp` on, the version was the current one.
struct ViewHistoryEntry {
  TimestampMs timestamp;
  ViewVersionId version_id;

  friend bool operator==(const ViewHistoryEntry&, const ViewHistoryEntry&) = default;
};

struct ViewMetadata {
  FormatVersion format_version = kMaxViewFormatVersion;
  std::string uuid;
  std::string location;
  PropertyMap properties;
  std::vector<Schema> schemas;
  ViewVersionId current_version_id;
  std::vector<ViewVersion> versions;
  std::vector<ViewHistoryEntry> history;

  const ViewVersion& current_version() const;
  const Schema& current_schema() const;
  // Null where absent.
  const ViewVersion* FindVersion(ViewVersionId id) const;
  const Schema* FindSchema(SchemaId id) const;
};

using ViewMetadataPtr = std::shared_ptr<const ViewMetadata>;

}  // namespace firn::iceberg
