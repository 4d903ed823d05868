// SortOrder: how writers should order rows. Order id 0 is the unsorted order and has no fields.
// Specification: "Sorting".
//
// Errors: kInvalidArgument with the reference implementation's texts.
// Thread-safety: plain values.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/schema.h"
#include "iceberg/schema/transform.h"

namespace firn::iceberg {

enum class SortDirection : uint8_t { kAscending, kDescending };
enum class NullOrder : uint8_t { kNullsFirst, kNullsLast };

struct SortField {
  FieldId source_id;
  Transform transform;
  SortDirection direction = SortDirection::kAscending;
  NullOrder null_order = NullOrder::kNullsFirst;

  friend bool operator==(const SortField&, const SortField&) = default;
};

struct SortOrder {
  SortOrderId id = kUnsortedOrderId;
  std::vector<SortField> fields;

  bool is_sorted() const { return !fields.empty(); }
  friend bool operator==(const SortOrder&, const SortOrder&) = default;
};

/// Each source column exists, is primitive and fits its transform.
Status CheckCompatibility(const SortOrder& order, const Schema& schema);

}  // namespace firn::iceberg
