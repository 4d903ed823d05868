// FeastRegistry: the definitions that Feast keeps, as far as a join needs them: feature views and
// stream feature views, data sources, and the projections of feature services.
//
// Source: Feast 0.67, protos feast.core.Registry and what it holds, in the wire format; a data
// source also as the JSON that its clients print. A source is an Iceberg table where its class is
// Feast's own IcebergSource (namespace and table of its configuration; its catalog is this one) or
// firn.feast.IcebergSource (table_identifier).
//
// Errors: kInvalidMetadata for bytes that are no registry; kInvalidArgument for JSON that is no
// data source; kNotFound, and kInvalidArgument where several could be meant, of the look-ups.
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/table_identifier.h"

namespace firn::features {

/// In whose words a source's class has the types of columns.
enum class SourceWords : uint8_t { kIceberg, kArrow };

struct FeastSource {
  std::string name;
  std::string project;
  /// Table column -> feature.
  std::map<std::string, std::string> field_mapping;
  std::string timestamp_field;
  /// Empty: none.
  std::string created_timestamp_column;
  /// Of its class, for errors: Feast's, or its kind where there is none.
  std::string kind;
  SourceWords words = SourceWords::kIceberg;
  /// nullopt: it is no Iceberg table.
  std::optional<TableIdentifier> table;
  /// Empty: whichever is served.
  std::string warehouse;

  /// The table's column that Feast knows as `name`.
  std::string ColumnOf(std::string_view feature) const;
  /// Errors: kInvalidArgument naming the source where it is no Iceberg table, or not of the
  /// warehouse that is served.
  Result<TableIdentifier> TableIn(std::string_view served) const;
};

struct FeastView {
  std::string name;
  std::string project;
  /// As Feast knows them; empty: joined by time alone.
  std::vector<std::string> join_keys;
  std::vector<std::string> features;
  /// 0: any age.
  int64_t ttl_us = 0;
  FeastSource source;
};

/// A view as a feature service has it.
struct FeastProjection {
  std::string project;
  std::string service;
  std::string view;
  /// Empty: none.
  std::string alias;
  /// The view's key -> the entity frame's column.
  std::map<std::string, std::string> join_keys;

  /// The entity frame's column for a key of the view.
  const std::string& EntityColumnOf(const std::string& key) const;
};

struct FeastRegistry {
  /// Stream feature views behind the others.
  std::vector<FeastView> views;
  std::vector<FeastSource> sources;
  std::vector<FeastProjection> projections;

  /// Of an empty project: of the only one that has such a view.
  Result<const FeastView*> FindView(std::string_view project, std::string_view name) const;
  Result<const FeastSource*> FindSource(std::string_view project, std::string_view name) const;
  /// The projection that a caller means who names the view and its alias, which may be empty, but
  /// no service. Null: the view as it is. Errors: kInvalidArgument naming the services where more
  /// than one could be meant, whose keys have other names.
  Result<const FeastProjection*> FindProjection(const FeastView& view,
                                                std::string_view alias) const;
};

Result<FeastRegistry> ReadFeastRegistry(std::string_view bytes);

/// What Feast's clients send of a data source: protobuf's JSON.
Result<FeastSource> ReadFeastSourceJson(std::string_view json);

}  // namespace firn::features
