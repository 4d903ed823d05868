// FeastCommand: what a client of Feast's remote offline store sends as the command of a Flight
// descriptor: the name of an API and its arguments, as JSON.
//
// Source: Feast 0.67, infra/offline_stores/remote.py. An argument that a call does not need may be
// absent; which are needed is known to who answers it. Errors: kInvalidArgument naming the field.
// Thread-safety: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace firn::flight {

/// Bytes of one command.
inline constexpr size_t kMaxCommandBytes = size_t{4} << 20;

struct FeastCommand {
  std::string api;
  // get_historical_features, offline_write_batch
  std::vector<std::string> feature_view_names;
  /// Of each view; empty: none.
  std::vector<std::string> name_aliases;
  /// `view:feature`.
  std::vector<std::string> feature_refs;
  std::string project;
  bool full_feature_names = false;
  /// The client sent its entities as a query.
  bool has_entity_sql = false;
  // pull_*
  std::string data_source_name;
  std::vector<std::string> join_key_columns;
  std::vector<std::string> feature_name_columns;
  std::string timestamp_field;
  std::string created_timestamp_column;
  /// Of event times, both included.
  std::optional<TimestampUs> start;
  std::optional<TimestampUs> end;
  // validate_data_source, get_table_column_names_and_types_from_data_source
  std::string data_source_proto;
};

Result<FeastCommand> ParseFeastCommand(std::string_view json);

/// A time as Python prints it: `2026-11-29T08:00:00.000001+05:30`; without an offset it is UTC.
Result<TimestampUs> ReadPythonTime(std::string_view text);

}  // namespace firn::flight
