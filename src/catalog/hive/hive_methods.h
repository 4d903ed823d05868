// The calls of a Hive Metastore that are used here, and what the exceptions that they declare mean.
// All exist in the metastores of Hive 2.3, 3 and 4.
//
// Source: hive_metastore.thrift of Hive, service ThriftHiveMetastore. Thread-safety: constants and
// a pure function.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "catalog/hive/thrift/thrift_value.h"

namespace firn::catalog::hive {

/// A declared exception, by its field in the result.
struct Fault {
  int16_t field = 0;
  ErrorCode code = ErrorCode::kInternal;
};

struct Method {
  std::string_view name;
  /// Unused ones have the field 0.
  std::array<Fault, 4> faults;
};

/// The arguments of a method that takes one.
inline thrift::Value Arguments(thrift::Value only) {
  return thrift::Value::Struct().With(1, std::move(only));
}

/// MetaException: anything that went wrong inside. HiveClient tells what it means for a change.
inline constexpr ErrorCode kMetaException = ErrorCode::kIoError;

namespace method {

using enum ErrorCode;

inline constexpr Method kGetVersion{"getVersion", {{{1, kMetaException}}}};
inline constexpr Method kSetUgi{"set_ugi", {{{1, kMetaException}}}};
inline constexpr Method kGetAllDatabases{"get_all_databases", {{{1, kMetaException}}}};
inline constexpr Method kGetDatabase{"get_database", {{{1, kNotFound}, {2, kMetaException}}}};
inline constexpr Method kCreateDatabase{
    "create_database", {{{1, kAlreadyExists}, {2, kInvalidArgument}, {3, kMetaException}}}};
inline constexpr Method kAlterDatabase{"alter_database", {{{1, kMetaException}, {2, kNotFound}}}};
inline constexpr Method kDropDatabase{
    "drop_database", {{{1, kNotFound}, {2, kNamespaceNotEmpty}, {3, kMetaException}}}};
inline constexpr Method kGetAllTables{"get_all_tables", {{{1, kMetaException}}}};
inline constexpr Method kGetTable{"get_table_req", {{{1, kMetaException}, {2, kNotFound}}}};
inline constexpr Method kGetTables{"get_table_objects_by_name_req",
                                   {{{1, kMetaException}, {2, kConflict}, {3, kNotFound}}}};
inline constexpr Method kCreateTable{
    "create_table",
    {{{1, kAlreadyExists}, {2, kInvalidArgument}, {3, kMetaException}, {4, kNotFound}}}};
inline constexpr Method kAlterTable{"alter_table_with_environment_context",
                                    {{{1, kConflict}, {2, kMetaException}}}};
inline constexpr Method kDropTable{"drop_table", {{{1, kNotFound}, {2, kMetaException}}}};
inline constexpr Method kLock{"lock", {{{1, kConflict}, {2, kConflict}}}};
inline constexpr Method kCheckLock{"check_lock",
                                   {{{1, kConflict}, {2, kConflict}, {3, kNotFound}}}};
inline constexpr Method kUnlock{"unlock", {{{1, kNotFound}, {2, kConflict}}}};
inline constexpr Method kHeartbeat{"heartbeat", {{{1, kNotFound}, {2, kConflict}, {3, kConflict}}}};
inline constexpr Method kShowLocks{"show_locks", {}};

}  // namespace method
}  // namespace firn::catalog::hive
