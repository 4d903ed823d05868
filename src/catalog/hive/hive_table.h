// Tables and databases of a Hive Metastore, and what of them Iceberg's clients use: a table is
// Iceberg's where its parameter `table_type` says so, `metadata_location` is its pointer; a view is
// a table of the type VIRTUAL_VIEW. Columns are written for engines that look at the metastore
// alone; nothing here reads them. What is changed keeps all fields and parameters that others put
// there.
//
// Source: hive_metastore.thrift of Hive, structs Table, StorageDescriptor, Database; parameters and
// formats as Iceberg's Java library and PyIceberg write them.
// Thread-safety: pure functions, plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "catalog/hive/thrift/thrift_value.h"
#include "catalog/pointer/hive_type.h"
#include "catalog/pointer/pointer_store.h"
#include "catalog/pointer/view_store.h"

namespace firn::catalog::hive {

inline constexpr std::string_view kPointerParameter = "metadata_location";

/// As Java's library reads properties of tables: in letters of any case.
bool IsTrue(std::optional<std::string_view> property);

/// A table as the metastore has it: the struct Table.
struct HiveTable {
  thrift::Value value;

  std::string name() const { return value.TextAt(1); }
  PropertyMap parameters() const { return value.TextsAt(9); }
  /// Iceberg's table or view.
  bool Is(pointer::Kind kind) const;
  pointer::TablePointer pointer() const;
};

struct NewHiveTable {
  pointer::TableKey key;
  std::string owner;
  TimestampMs now;
  pointer::HiveZones zones = pointer::HiveZones::kLocal;
};

/// The struct Table of a new table.
thrift::Value MakeTable(const NewHiveTable& table, const pointer::NewPointer& to);
/// The struct Table of a new view; its text is that of the dialect `hive`, else of the first one.
thrift::Value MakeView(const NewHiveTable& table, const pointer::NewView& to);
/// The same table at another pointer.
thrift::Value MovedTable(const HiveTable& table,
                         const pointer::NewPointer& to,
                         pointer::HiveZones zones);
/// The same table or view under another name.
thrift::Value RenamedTable(const HiveTable& table, const pointer::TableKey& to);

/// Properties of a namespace: parameters, `location`, and `comment` for the description.
PropertyMap DatabaseProperties(const thrift::Value& database);
/// `database` with these properties. One without a location keeps what it has.
thrift::Value WithProperties(thrift::Value database, PropertyMap properties);

}  // namespace firn::catalog::hive
