// ViewSchema: what a JoinView's names mean in its table: the fields and their types, before a file
// is read.
//
// Errors: kInvalidArgument naming view, column and what is wrong with it (not there, no key, no
// time, inside a list); kNotFound for the snapshot. Thread-safety: pure functions.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <arrow/type.h>

#include "base/result.h"
#include "features/join/event_times.h"
#include "features/join/join_request.h"
#include "features/keys/key_type.h"
#include "iceberg/schema/schema.h"

namespace firn::features {

struct ViewSchema {
  std::vector<iceberg::NestedField> keys;
  std::vector<KeyType> key_types;
  iceberg::NestedField timestamp;
  std::optional<iceberg::NestedField> created;
  std::vector<iceberg::NestedField> features;

  /// Of event times.
  TimeUnit unit = TimeUnit::kMicros;
  TimeUnit created_unit = TimeUnit::kMicros;
  /// In which a row's availability and entity times are compared: the finest that matters.
  TimeUnit slot_unit = TimeUnit::kMicros;
};

Result<ViewSchema> ResolveView(const JoinView& view);

/// Of the answer: names as asked for, Arrow types of the table's columns, nullable.
arrow::FieldVector OutputFields(const JoinView& view, const ViewSchema& schema);

}  // namespace firn::features
