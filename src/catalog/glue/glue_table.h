// Tables and databases of AWS Glue, and what of them Iceberg's clients use: a table is Iceberg's
// where its parameter `table_type` says so, `metadata_location` is its pointer. Columns are written
// for engines that look at Glue alone; nothing here reads them.
//
// Source: AWS Glue API, structures Table, TableInput, DatabaseInput; parameters and columns as
// Iceberg's Java library and PyIceberg write them. Errors of the parsers: kInternal.
// Thread-safety: pure functions, plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/result.h"
#include "catalog/pointer/pointer_store.h"

namespace firn::catalog::glue {

/// A table as Glue has it.
struct GlueTable {
  std::string name;
  /// Changes with every change.
  std::string version;
  PropertyMap parameters;
  /// JSON of what a change keeps: names of TableInput and their values.
  std::map<std::string, std::string> members;

  bool is_iceberg() const;
  pointer::TablePointer pointer() const;
};

Result<GlueTable> ReadTable(json::Element element);

/// TableInput of a new table.
std::string NewTableInput(const std::string& name, const pointer::NewPointer& to);
/// TableInput of `table` at another pointer.
std::string MovedTableInput(const GlueTable& table, const pointer::NewPointer& to);
/// TableInput of `table` as it is, under this name.
std::string SameTableInput(const GlueTable& table, const std::string& name);

/// Properties of a namespace: parameters, `location`, and `comment` for the description.
Result<PropertyMap> ReadDatabase(json::Element element);
std::string DatabaseInput(const std::string& name, PropertyMap properties);

}  // namespace firn::catalog::glue
